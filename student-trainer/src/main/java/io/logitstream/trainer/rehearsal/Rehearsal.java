package io.logitstream.trainer.rehearsal;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.schemas.DiscardedRange;
import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.schemas.RehearsalWindow;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.ingest.RecordDecoder;
import io.logitstream.trainer.training.StepBatch;
import io.logitstream.trainer.training.TrainerClock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds older records to each step. They are drawn from a window of the log behind the run, which
 * moves on at fixed steps and is in the ledger; which ones a step draws follows from the seed, the
 * step and the window. They are fetched ahead while the step before is taken. For the training
 * thread.
 */
public final class Rehearsal implements AutoCloseable {
  private static final long NO_STEP = -1;
  private static final Logger LOGGER = LoggerFactory.getLogger(Rehearsal.class);
  private static final int CLOSE_SECONDS = 10;

  private final RehearsalSettings settings;
  private final int records;
  private final TopicIdentity topic;
  private final Draws draws;
  private final Retention retention;
  private final OlderRecords older;
  private final TrainerClock clock;
  private final StopSignal closing;
  private final ExecutorService thread;
  private final TrainedDomains domains = new TrainedDomains();
  private final List<RehearsalRange> discarded = new ArrayList<>();
  private Retention.Kept kept;
  private @Nullable Future<Retention.Kept> nextKept;
  private RehearsalWindow window;
  private @Nullable Prefetch prefetch;
  private long filledStep = NO_STEP;
  private int drawn;

  /** Records of a step that are fetched ahead. */
  private record Prefetch(
      long step, RehearsalWindow window, Future<List<FetchedRecord<Reading>>> records) {}

  private Rehearsal(
      RehearsalSettings settings,
      int stepRecords,
      long seed,
      TopicIdentity topic,
      KafkaClients clients,
      RecordDecoder<Reading> decoder,
      TrainerClock clock) {
    this.settings = settings;
    this.records = settings.records(stepRecords);
    this.topic = topic;
    this.draws = new Draws(settings, seed);
    this.retention = new Retention(clients, topic);
    this.clock = clock;
    this.closing = new StopSignal(clients.execution());
    this.thread = clients.execution().newThread("trainer-rehearsal");
    this.kept = retention.kept(clock.now());
    this.older =
        new OlderRecords(
            new OlderLog(clients, topic.name()), decoder, closing, clients.execution().random());
    this.window = new RehearsalWindow(topic.id().toString(), List.of(), List.of());
  }

  /**
   * The rehearsal of a run.
   *
   * @param stepRecords records of a step, older ones included
   * @param decoder decides what records are to the run; used on a thread of the rehearsal's own
   * @param saved what the checkpoint holds that the run goes on from; null if it has none
   */
  public static Rehearsal start(
      RehearsalSettings settings,
      int stepRecords,
      long seed,
      TopicIdentity topic,
      KafkaClients clients,
      RecordDecoder<Reading> decoder,
      TrainerClock clock,
      @Nullable RehearsalState saved) {
    Rehearsal rehearsal =
        new Rehearsal(settings, stepRecords, seed, topic, clients, decoder, clock);
    if (saved != null && saved.getWindow().getTopicId().equals(topic.id().toString())) {
      rehearsal.window = saved.getWindow();
      rehearsal.domains.restore(saved.getDomains());
      rehearsal.discarded.addAll(saved.getDiscarded());
    }
    return rehearsal;
  }

  /**
   * The window that a start must draw from instead of the saved one, because there was none or
   * retention has reached it.
   *
   * @param saved as for {@link #start}
   * @return what the ledger is to tell; empty if the saved window stays
   */
  public Optional<RehearsalWindow> begin(
      @Nullable RehearsalState saved, Map<Integer, Long> nextOffsets) {
    if (saved != null
        && saved.getWindow().equals(window)
        && Windows.isKept(window, kept.beginnings())) {
      return Optional.empty();
    }
    return Optional.of(move(nextOffsets));
  }

  /** How many of a step's records are live ones. */
  public int liveRecords(int stepRecords) {
    return window.getRanges().isEmpty() ? stepRecords : stepRecords - records;
  }

  /**
   * Adds a step's older records to its batch.
   *
   * @param step the step that the batch is for
   * @return false if the end was asked for meanwhile: the batch is not to be trained on
   */
  public boolean fill(StepBatch batch, long step) throws InterruptedException {
    if (window.getRanges().isEmpty()) {
      return true;
    }
    if (step != filledStep) {
      filledStep = step;
      drawn = 0;
    }
    int first = drawn;
    drawn += records;
    Prefetch ahead = prefetch;
    boolean isAhead =
        first == 0 && ahead != null && ahead.step() == step && ahead.window() == window;
    Future<List<FetchedRecord<Reading>>> fetched =
        isAhead ? Objects.requireNonNull(ahead).records() : fetch(window, step, first);
    Optional<List<FetchedRecord<Reading>>> found = await(fetched);
    // What was condemned a moment ago, before it could leave the window, is not tried again.
    found.stream()
        .flatMap(List::stream)
        .filter(record -> !batch.isCondemned(record))
        .forEach(batch::rehearse);
    if (found.isPresent() && !isDue(step)) {
      prefetch = new Prefetch(step + 1, window, fetch(window, step + 1, 0));
    } else {
      prefetch = null;
    }
    return found.isPresent();
  }

  /** Has older records waited for no longer: a stop is to be heard whatever they wait for. */
  public void end() {
    closing.request();
  }

  /**
   * A step was taken. If records were left out because it had no finite result with them, the
   * window moves on without them at once: none is condemned each time that it is drawn.
   *
   * @param nonFinite what was left out, live or older
   * @param nextOffsets where the run stands after it
   * @return the window that further steps draw from, for the ledger; empty if it stays
   */
  public Optional<RehearsalWindow> stepTaken(
      long step,
      Collection<String> trainedDomains,
      Collection<SkipEntry> nonFinite,
      Map<Integer, Long> nextOffsets)
      throws InterruptedException {
    domains.trained(trainedDomains);
    nonFinite.forEach(
        skip ->
            discarded.add(
                new RehearsalRange(skip.getPartition(), skip.getOffset(), skip.getOffset() + 1)));
    if (isDue(step)) {
      takeKept();
    } else if (nonFinite.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(move(nextOffsets));
  }

  /**
   * The run went back to an earlier checkpoint, and what came after it was discarded.
   *
   * @return the window that further steps draw from, for the ledger
   */
  public RehearsalWindow rolledBack(
      Collection<DiscardedRange> ranges, Map<Integer, Long> nextOffsets) {
    ranges.forEach(
        range ->
            discarded.add(
                new RehearsalRange(
                    range.getPartition(), range.getFromOffset(), range.getToOffset())));
    // The steps come again, and draw as they would after a restart.
    filledStep = NO_STEP;
    prefetch = null;
    return move(nextOffsets);
  }

  /** What the next checkpoint holds of it. */
  public RehearsalState inManifest() {
    return new RehearsalState(window, List.copyOf(domains.names()), List.copyOf(discarded));
  }

  @Override
  public void close() throws InterruptedException {
    closing.request();
    thread.shutdownNow();
    if (!thread.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
      LOGGER.warn("the rehearsal did not stop within {} s", CLOSE_SECONDS);
      return;
    }
    older.close();
  }

  private boolean isDue(long step) {
    return step % settings.refreshSteps() == 0;
  }

  private RehearsalWindow move(Map<Integer, Long> nextOffsets) {
    discarded.removeIf(
        range -> range.getToOffset() <= kept.beginnings().getOrDefault(range.getPartition(), 0L));
    window =
        Windows.of(topic.id().toString(), kept.keptFrom(), nextOffsets, discarded, domains.names());
    return window;
  }

  /**
   * Takes what was found meanwhile of what retention leaves, and has it looked at again: training
   * does not wait for that.
   */
  private void takeKept() throws InterruptedException {
    Future<Retention.Kept> found = nextKept;
    if (found != null && !found.isDone()) {
      return;
    }
    if (found != null) {
      try {
        kept = found.get();
      } catch (ExecutionException e) {
        LOGGER.warn(
            "what retention leaves was not found out, and is asked again: {}", e.toString());
      }
    }
    nextKept = thread.submit(() -> retention.kept(clock.now()));
  }

  private Future<List<FetchedRecord<Reading>>> fetch(
      RehearsalWindow from, long step, int firstNumber) {
    return thread.submit(
        () -> {
          List<FetchedRecord<Reading>> found = new ArrayList<>();
          for (int number = firstNumber; number < firstNumber + records; number++) {
            older.find(draws.draw(from, step, number)).ifPresent(found::add);
          }
          return found;
        });
  }

  /** What was fetched; empty if the end was asked for before it was there. */
  private static <T> Optional<T> await(Future<T> future) throws InterruptedException {
    try {
      return Optional.of(future.get());
    } catch (ExecutionException e) {
      Throwable cause = Objects.requireNonNullElse(e.getCause(), e);
      if (cause instanceof LogitstreamException known) {
        throw known;
      }
      if (cause instanceof StoppedException) {
        return Optional.empty();
      }
      throw new LogitstreamException(
          KafkaFailures.kindOf(cause), "reading older records failed: " + cause, cause);
    }
  }
}
