package io.logitstream.trainer.evaluation;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.EvaluationSet;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.trainer.ingest.AcceptedTeachers;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.ingest.StudentIdentity;
import io.logitstream.trainer.planning.CanonicalPlanner;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainerClock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How the student stands on the run's pinned evaluation sets. The windows are read on a thread of
 * their own, in canonical order with a window a turn, until no further one can be of use.
 */
public final class PinnedEvaluation implements AutoCloseable {
  /** Name of the cursor that reads evaluation-logits, in the ledger. */
  public static final String CURSOR = "evaluation";

  private static final Logger LOGGER = LoggerFactory.getLogger(PinnedEvaluation.class);
  private static final Duration POLL = Duration.ofMillis(100);

  /** A window in FULL encoding is large: a few are fetched ahead. */
  private static final int BUFFER_RECORDS = 4;

  private static final long BUFFER_BYTES = 8L << 20;

  private final EvaluationSettings settings;
  private final EvaluationSets sets;
  private final CondemnedWindows condemned;
  private final PartitionBuffers<FetchedRecord<Optional<EvaluationWindowRecord>>> buffers;
  private final EvaluationRecordDecoder decoder;
  private final KafkaFeed<Optional<EvaluationWindowRecord>> feed;
  private final ExecutorService reader;
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private volatile boolean readToEnd;

  /**
   * Records that were condemned.
   *
   * @param skips their entries in the ledger
   * @param letters their dead letters
   */
  public record Condemned(List<SkipEntry> skips, List<ProducerRecord<String, byte[]>> letters) {
    public Condemned {
      skips = List.copyOf(skips);
      letters = List.copyOf(letters);
    }
  }

  /**
   * Starts to read the windows.
   *
   * @param ledger the sets that the run's ledger names
   * @param skips the records that the run's ledger condemns
   * @param maxCondemned the most records that may be condemned
   */
  public PinnedEvaluation(
      KafkaClients clients,
      TopicIdentity topic,
      EvaluationSettings settings,
      AcceptedTeachers teachers,
      StudentIdentity student,
      Collection<EvaluationSetPinnedEntry> ledger,
      Collection<SkipEntry> skips,
      DeadLetters deadLetters,
      int maxCondemned,
      Health health) {
    this.settings = settings;
    Execution execution = clients.execution();
    this.sets = new EvaluationSets(settings.windows(), settings.maxDomains(), ledger, execution);
    this.buffers =
        new PartitionBuffers<>(topic.partitions(), BUFFER_RECORDS, BUFFER_BYTES, execution);
    this.condemned = new CondemnedWindows(topic, deadLetters, skips, maxCondemned);
    this.decoder =
        new EvaluationRecordDecoder(
            clients.settings(), teachers, student, sets::wants, sets::isNamed, condemned::add);
    Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 4));
    this.feed =
        KafkaFeed.start(
            "trainer-evaluation-feed",
            consumer,
            topic.name(),
            beginnings(consumer, topic),
            buffers,
            decoder,
            health,
            execution);
    this.reader = execution.newThread("trainer-evaluation-reader");
    reader.execute(this::read);
  }

  /**
   * Waits until the sets of the ledger are found again and the windows of the settings' domains are
   * there: the latter no longer than the settings say.
   *
   * @throws LogitstreamException FATAL if windows that the ledger names are gone
   */
  public void await(StopSignal stop, TrainerClock clock) throws InterruptedException {
    long startNanos = clock.nanos();
    while (!stop.requested()) {
      throwIfFailed();
      boolean atEnd = readToEnd;
      if (sets.isRestored()) {
        if (sets.has(settings.domains())) {
          return;
        }
        if (clock.nanos() - startNanos > settings.longestWait().toNanos()) {
          LOGGER.warn(
              "training begins without all evaluation windows: {}", sets.state(settings.domains()));
          return;
        }
      } else if (atEnd) {
        throw new LogitstreamException(
            FailureKind.FATAL,
            "evaluation windows that the run's ledger names are gone: " + sets.state(List.of()));
      }
      sets.awaitOffer(POLL.toMillis());
    }
  }

  /** Gives what was condemned since the last call: for the next checkpoint. */
  public Condemned takeCondemned() {
    return condemned.drain();
  }

  /** Pins the domains whose windows are there; gives their entries in the ledger. */
  public List<EvaluationSetPinnedEntry> pin() {
    throwIfFailed();
    List<EvaluationSetPinnedEntry> entries = sets.pin();
    for (EvaluationSetPinnedEntry entry : entries) {
      LOGGER.info(
          "evaluation set of domain {} pinned: {} windows",
          entry.getDomain(),
          entry.getWindows().size());
    }
    return entries;
  }

  /**
   * The student's results; empty before a set is pinned. A set does not change once it is pinned,
   * and is computed in the same batches each time: results of its windows can be paired.
   */
  public EvaluationResults evaluate(Student student) {
    Map<String, EvaluationMetrics> byDomain = new TreeMap<>();
    Map<String, List<Double>> windowForwardKl = new TreeMap<>();
    sets.examples()
        .forEach(
            (domain, examples) -> {
              EvaluationSums sums = EvaluationSums.ZERO;
              List<Double> windows = new ArrayList<>();
              for (EvaluationSums window : student.evaluateEach(examples)) {
                sums = sums.plus(window);
                windows.add(window.meanForwardKl().orElse(0));
              }
              byDomain.put(domain, metrics(sums));
              windowForwardKl.put(domain, List.copyOf(windows));
            });
    return new EvaluationResults(byDomain, windowForwardKl);
  }

  /** The pinned sets as manifests tell of them. */
  public List<EvaluationSet> inManifest() {
    return sets.inManifest();
  }

  /** Bytes of the values of all pinned windows. */
  public long valueBytes() {
    return sets.valueBytes();
  }

  /** Evaluated positions of all pinned windows. */
  public long tokens() {
    return sets.tokens();
  }

  @Override
  public void close() {
    buffers.end();
    feed.close();
    reader.shutdown();
    decoder.close();
  }

  private void read() {
    CanonicalPlanner<FetchedRecord<Optional<EvaluationWindowRecord>>> planner =
        new CanonicalPlanner<>(buffers, 1, 0);
    try {
      while (!sets.wantsNothing()) {
        var next = planner.next();
        if (next.isPresent()) {
          next.get().content().ifPresent(sets::offer);
        } else if (buffers.isEnded()) {
          return;
        } else {
          readToEnd = true;
          buffers.awaitRecord(POLL);
        }
      }
      LOGGER.debug("all evaluation sets are pinned: evaluation-logits is read no further");
      feed.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      failure.set(e);
    } catch (RuntimeException e) {
      failure.set(e);
    } catch (Error e) {
      failure.set(e);
      throw e;
    }
  }

  private void throwIfFailed() {
    Throwable cause = failure.get();
    if (cause instanceof LogitstreamException known) {
      throw known;
    }
    if (cause != null) {
      throw new LogitstreamException(
          FailureKind.FATAL, "reading evaluation windows failed: " + cause, cause);
    }
  }

  private static List<PartitionPosition> beginnings(
      Consumer<String, byte[]> consumer, TopicIdentity topic) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      partitions.add(new TopicPartition(topic.name(), partition));
    }
    Map<TopicPartition, Long> offsets = consumer.beginningOffsets(partitions);
    return partitions.stream()
        .map(
            partition ->
                new PartitionPosition(
                    partition.partition(), offsets.getOrDefault(partition, 0L), null))
        .toList();
  }

  private static EvaluationMetrics metrics(EvaluationSums sums) {
    return EvaluationMetrics.newBuilder()
        .setTokens(sums.tokens())
        .setWindows(sums.windows())
        .setCrossEntropy(sums.meanCrossEntropy())
        .setForwardKl(sums.meanForwardKl().orElse(0))
        .setTop1Agreement(sums.meanTop1Agreement().orElse(0))
        .setAcceptance(sums.meanAcceptance().orElse(0))
        .setTeacherCrossEntropy(
            sums.meanTeacherCrossEntropy().isPresent()
                ? sums.meanTeacherCrossEntropy().getAsDouble()
                : null)
        .setBoundedTokens(sums.boundedTokens())
        .build();
  }
}
