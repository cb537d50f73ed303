package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.CheckpointCommitter;
import io.logitstream.checkpoints.ChunkUploader;
import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.training.LossTermsOf;
import io.logitstream.trainer.training.TrainerClock;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import org.slf4j.MDC.MDCCloseable;

/**
 * Uploads and commits checkpoints on a thread of its own, one at a time, so that training goes on
 * meanwhile. A failure is told to the training thread with the next checkpoint, or when it waits.
 */
public final class CheckpointWriter implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(CheckpointWriter.class);

  private final RunFacts facts;
  private final ChunkUploader uploader;
  private final CheckpointCommitter committer;
  private final Runnable topicCheck;
  private final BiConsumer<CheckpointManifest, String> onCommitted;
  private final Runnable afterCommit;
  private final TrainerClock clock;
  private final Timer duration;
  private final ExecutorService thread;
  private final AtomicReference<@Nullable RuntimeException> sweepFailure = new AtomicReference<>();
  private @Nullable Artifact base;
  private @Nullable Future<?> inFlight;
  private @Nullable Future<?> afterwards;

  /**
   * @param committer the run's, initialised; the caller closes it
   * @param topicCheck checks that the log is still the one that was read; throws if it is not
   * @param onCommitted told of each checkpoint and the SHA-256 of what it learned, on the writer's
   *     thread
   * @param afterCommit what is to be done on the writer's thread after each checkpoint
   * @param execution on which the writer has its thread
   */
  public CheckpointWriter(
      RunFacts facts,
      ChunkUploader uploader,
      CheckpointCommitter committer,
      Runnable topicCheck,
      BiConsumer<CheckpointManifest, String> onCommitted,
      Runnable afterCommit,
      Execution execution,
      MeterRegistry meters) {
    this.facts = facts;
    this.base = facts.adapters().flatMap(AdapterFacts::uploaded).orElse(null);
    this.uploader = uploader;
    this.committer = committer;
    this.topicCheck = topicCheck;
    this.onCommitted = onCommitted;
    this.afterCommit = afterCommit;
    this.clock = TrainerClock.of(execution);
    this.thread = execution.newThread("trainer-checkpoints");
    this.duration =
        Timer.builder("logitstream.trainer.checkpoint")
            .description("From a checkpoint's snapshot to its commit")
            .register(meters);
  }

  /**
   * Has a checkpoint written. Waits for the one before it, and not for what is done after that.
   *
   * @throws LogitstreamException what kept the one before from being committed
   */
  public void write(CheckpointDraft draft) throws InterruptedException {
    await(inFlight);
    checkFailed();
    AtomicBoolean stands = new AtomicBoolean();
    inFlight =
        thread.submit(
            () -> {
              try (MDCCloseable logged =
                  MDC.putCloseable("step", Long.toString(draft.state().step()))) {
                commit(draft);
              }
              stands.set(true);
            });
    afterwards =
        thread.submit(
            () -> {
              // What kept it from standing is told of with the commit.
              if (stands.get()) {
                runAfterwards();
              }
            });
  }

  /** A later sweep may take the place of one that failed: its failure is told of all the same. */
  private void runAfterwards() {
    try {
      afterCommit.run();
    } catch (RuntimeException e) {
      sweepFailure.compareAndSet(null, e);
    }
  }

  private void throwSweepFailure() {
    RuntimeException failure = sweepFailure.getAndSet(null);
    if (failure != null) {
      throw failed(failure);
    }
  }

  /**
   * Waits until nothing is being written.
   *
   * @throws LogitstreamException what kept the newest checkpoint from being committed
   */
  public void await() throws InterruptedException {
    await(inFlight);
    await(afterwards);
    inFlight = null;
    afterwards = null;
    throwSweepFailure();
  }

  private static void await(@Nullable Future<?> current) throws InterruptedException {
    if (current == null) {
      return;
    }
    try {
      current.get();
    } catch (ExecutionException e) {
      throw failed(Objects.requireNonNullElse(e.getCause(), e));
    }
  }

  private static LogitstreamException failed(Throwable cause) {
    return cause instanceof LogitstreamException known
        ? known
        : new LogitstreamException(
            KafkaFailures.kindOf(cause), "writing a checkpoint failed: " + cause, cause);
  }

  /** Throws what kept a checkpoint from being committed, if that is known already. */
  public void checkFailed() throws InterruptedException {
    Future<?> commit = inFlight;
    if (commit != null && commit.isDone()) {
      await(commit);
      inFlight = null;
    }
    Future<?> after = afterwards;
    if (after != null && after.isDone()) {
      await(after);
      afterwards = null;
    }
    throwSweepFailure();
  }

  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(30, TimeUnit.SECONDS)) {
        thread.shutdownNow();
      }
    } catch (InterruptedException e) {
      thread.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }

  private void commit(CheckpointDraft draft) {
    long startNanos = clock.nanos();
    Artifact standing = base;
    List<Artifact> artifacts = upload(draft);
    CheckpointManifest manifest = manifest(draft, artifacts);
    topicCheck.run();
    committer.commit(manifest, draft.pending().entries(), draft.pending().letters());
    long nanos = clock.nanos() - startNanos;
    duration.record(nanos, TimeUnit.NANOSECONDS);
    LOGGER.info(
        "checkpoint {}/{} at step {}: {} bytes in {} ms",
        facts.run(),
        draft.place().sequence(),
        draft.state().step(),
        artifacts.stream().mapToLong(Artifact::getLength).sum() - lengthOf(standing),
        nanos / 1_000_000);
    onCommitted.accept(manifest, artifacts.get(0).getSha256());
  }

  /** The artifacts of a checkpoint, what was learned first. */
  private List<Artifact> upload(CheckpointDraft draft) {
    List<Artifact> artifacts = new ArrayList<>();
    String learned = facts.adapters().isPresent() ? LearnedWeights.ADAPTER : LearnedWeights.WEIGHTS;
    artifacts.add(uploader.upload(learned, draft.state().weights()));
    artifacts.add(uploader.upload(LearnedWeights.MOMENTS, draft.state().moments()));
    artifacts.add(uploader.upload("config.json", facts.configJson()));
    artifacts.add(uploader.upload("tokenizer.json", facts.tokenizerJson()));
    draft
        .state()
        .averages()
        .ifPresent(averages -> artifacts.add(uploader.upload(LearnedWeights.AVERAGES, averages)));
    facts
        .adapters()
        .ifPresent(
            adapters -> {
              artifacts.add(uploader.upload(LearnedWeights.ADAPTER_CONFIG, adapters.configJson()));
              artifacts.add(base(adapters));
            });
    return artifacts;
  }

  /** What stands still is uploaded once, and named by all checkpoints. */
  private Artifact base(AdapterFacts adapters) {
    Artifact uploaded = base;
    if (uploaded == null) {
      uploaded = uploader.upload(LearnedWeights.BASE, adapters.base().toBytes());
      base = uploaded;
    }
    return uploaded;
  }

  private static long lengthOf(@Nullable Artifact artifact) {
    return artifact == null ? 0 : artifact.getLength();
  }

  private Map<String, Long> untilOffsets() {
    Map<String, Long> offsets = new TreeMap<>();
    facts
        .untilOffsets()
        .forEach((partition, offset) -> offsets.put(Integer.toString(partition), offset));
    return offsets;
  }

  private CheckpointManifest manifest(CheckpointDraft draft, List<Artifact> artifacts) {
    return CheckpointManifest.newBuilder()
        .setRun(facts.run())
        .setSequence(draft.place().sequence())
        .setStep(draft.state().step())
        .setIncarnation(facts.incarnation())
        .setParentSequence(draft.place().parent())
        .setCreatedAt(clock.now())
        .setVerdict(draft.outcome().verdict())
        .setVerdictReason(draft.outcome().reason())
        .setArtifacts(artifacts)
        .setCursors(List.of(draft.cursor()))
        .setRehearsal(draft.rehearsal().orElse(null))
        .setTrainedTokens(draft.trainedTokens())
        .setTrainedRecords(draft.trainedRecords())
        .setLoss(
            draft.pending().losses().tokens() == 0
                ? null
                : LossTermsOf.sums(draft.pending().losses()))
        .setEvaluation(draft.evaluation().byDomain())
        .setWindowForwardKl(draft.evaluation().windowForwardKl())
        .setPlannerState(draft.plannerState())
        .setEvaluationSets(draft.evaluationSets())
        .setInitialStudentSha256(facts.initialStudentSha256())
        .setTokenizerSha256(facts.tokenizerSha256())
        .setAcceptedTeachers(facts.teachers())
        .setSeed(facts.seed())
        .setConfiguration(facts.configuration().values())
        .setConfigurationSha256(facts.configuration().sha256())
        .setEnvironment(facts.environment())
        .setReplayOf(facts.replayOf())
        .setUntilOffsets(untilOffsets())
        .setVersion(facts.version())
        .setLedgerEntries(draft.pending().entries().size())
        .build();
  }
}
