package io.logitstream.trainer;

import io.logitstream.platform.health.PartitionStanding;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.TrainingStep;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/** How a trainer gets on, for those who watch from the same process. Safe for all threads. */
public final class TrainerProgress {
  /** What the trainer is doing. */
  public enum Phase {
    STARTING,
    /** For evaluation windows, or for the records of the first step. */
    WAITING,
    TRAINING,
    ENDED
  }

  /** Told of events on the trainer's own threads; must be quick and must not throw. */
  public interface Listener {
    /** A step was taken; its evaluation is in the record where it was evaluated. */
    default void stepTaken(TrainingStep step) {}

    /** A checkpoint was committed. */
    default void checkpointCommitted(CheckpointManifest manifest) {}
  }

  private static final int MAX_CHECKPOINTS = 1000;

  private final List<Listener> listeners = new CopyOnWriteArrayList<>();
  private final LatencyReservoir promptToStep = new LatencyReservoir();
  private final ArrayDeque<CheckpointSummary> checkpoints = new ArrayDeque<>();
  private final Map<String, EvaluationMetrics> firstEvaluation = new TreeMap<>();
  private final Map<String, EvaluationMetrics> latestEvaluation = new TreeMap<>();
  private volatile Supplier<List<PartitionStanding>> partitions = List::of;
  private Phase phase = Phase.STARTING;
  private Optional<CheckpointManifest> latestCheckpoint = Optional.empty();
  private Optional<TrainingStep> latestStep = Optional.empty();
  private long trainedRecords;
  private long trainedTokens;
  private long trainedBytes;
  private long evaluationBytes;
  private long evaluationTokens;
  private long deadLetters;
  private double waitMs;
  private double computeMs;
  private double checkpointMs;

  /**
   * A moment of the training, in this process.
   *
   * @param latestStep the newest step
   * @param trainedRecords records trained on
   * @param trainedTokens tokens trained on
   * @param trainedBytes bytes of the values of those records
   * @param evaluationBytes bytes of the values of the pinned windows
   * @param evaluationTokens positions of the pinned windows
   * @param firstEvaluation the first result of each domain in this process
   * @param latestEvaluation the newest result of each domain
   * @param checkpoints the newest checkpoints that were committed, at most a thousand, oldest first
   * @param deadLetters records that were condemned
   * @param waitShare share of the loop's time that it waited for data, from 0 to 1
   * @param checkpointShare share of the loop's time that checkpoints took of it, from 0 to 1: the
   *     snapshots, and the waits for the checkpoint before; they are written meanwhile
   * @param tokensPerSecond tokens trained on over the loop's time, waiting included
   * @param promptToStepP50Ms from a prompt's creation to the end of the step that trained on it
   * @param promptToStepP99Ms the same, of the slowest hundredth
   */
  public record Snapshot(
      Phase phase,
      Optional<TrainingStep> latestStep,
      long trainedRecords,
      long trainedTokens,
      long trainedBytes,
      long evaluationBytes,
      long evaluationTokens,
      Map<String, EvaluationMetrics> firstEvaluation,
      Map<String, EvaluationMetrics> latestEvaluation,
      List<CheckpointSummary> checkpoints,
      long deadLetters,
      double waitShare,
      double checkpointShare,
      double tokensPerSecond,
      OptionalDouble promptToStepP50Ms,
      OptionalDouble promptToStepP99Ms) {
    public Snapshot {
      firstEvaluation = Map.copyOf(firstEvaluation);
      latestEvaluation = Map.copyOf(latestEvaluation);
      checkpoints = List.copyOf(checkpoints);
    }

    /** Bytes on the topic for each trained token; empty before the first step. */
    public OptionalDouble bytesPerToken() {
      return trainedTokens == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((double) trainedBytes / trainedTokens);
    }

    /** Bytes on the topic for each evaluated token; empty without an evaluation set. */
    public OptionalDouble evaluationBytesPerToken() {
      return evaluationTokens == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((double) evaluationBytes / evaluationTokens);
    }

    /** The first results as one, averaged over tokens. */
    public Optional<EvaluationMetrics> firstOverall() {
      return EvaluationAverages.overall(firstEvaluation.values());
    }

    /** The newest results as one, averaged over tokens. */
    public Optional<EvaluationMetrics> latestOverall() {
      return EvaluationAverages.overall(latestEvaluation.values());
    }
  }

  /**
   * A committed checkpoint.
   *
   * @param id RUN/SEQUENCE
   * @param step its step
   * @param weightsSha256 SHA-256 (hex) of the weights' bytes
   */
  public record CheckpointSummary(String id, long step, String weightsSha256) {}

  /** Tells a listener of every event from now on. */
  public void listen(Listener listener) {
    listeners.add(listener);
  }

  /** How the training stands now. */
  public synchronized Snapshot snapshot() {
    double totalMs = waitMs + computeMs;
    return new Snapshot(
        phase,
        latestStep,
        trainedRecords,
        trainedTokens,
        trainedBytes,
        evaluationBytes,
        evaluationTokens,
        firstEvaluation,
        latestEvaluation,
        List.copyOf(checkpoints),
        deadLetters,
        totalMs == 0 ? 0 : waitMs / totalMs,
        totalMs == 0 ? 0 : Math.min(1, checkpointMs / totalMs),
        totalMs == 0 ? 0 : trainedTokens * 1000 / totalMs,
        promptToStep.quantile(0.5),
        promptToStep.quantile(0.99));
  }

  /** How the training of a run stands now, for people. */
  TrainerStatus status(String run) {
    List<PartitionStanding> standings = partitions.get();
    Snapshot now = snapshot();
    Map<String, TrainerStatus.HeldOut> heldOut = new TreeMap<>();
    now.latestEvaluation()
        .forEach(
            (domain, metrics) ->
                heldOut.put(
                    domain,
                    new TrainerStatus.HeldOut(metrics.getAcceptance(), metrics.getForwardKl())));
    return new TrainerStatus(
        run,
        now.phase().name().toLowerCase(Locale.ROOT),
        standings,
        now.latestStep().map(TrainingStep::getStep).orElse(null),
        standingCheckpoint().map(TrainerProgress::described).orElse(null),
        now.trainedTokens(),
        now.tokensPerSecond(),
        now.waitShare(),
        now.deadLetters(),
        heldOut);
  }

  private static TrainerStatus.Checkpoint described(CheckpointManifest manifest) {
    return new TrainerStatus.Checkpoint(
        manifest.getRun() + "/" + manifest.getSequence(),
        manifest.getStep(),
        manifest.getCreatedAt().toString(),
        manifest.getVerdict().name().toLowerCase(Locale.ROOT));
  }

  private synchronized Optional<CheckpointManifest> standingCheckpoint() {
    return latestCheckpoint;
  }

  /** A checkpoint stands: committed just now, or found at a start. */
  synchronized void checkpointStands(CheckpointManifest manifest) {
    latestCheckpoint = Optional.of(manifest);
  }

  /** Where a session's positions can be asked for. */
  void partitions(Supplier<List<PartitionStanding>> standings) {
    partitions = standings;
  }

  synchronized void phase(Phase now) {
    phase = now;
  }

  synchronized void evaluationSet(long bytes, long tokens) {
    evaluationBytes = bytes;
    evaluationTokens = tokens;
  }

  /** The loop was held up by a checkpoint. */
  synchronized void checkpointTaken(double milliseconds) {
    checkpointMs += milliseconds;
  }

  void stepTaken(TrainingStep step, long bytes, long condemned, List<Double> promptAgesMs) {
    synchronized (this) {
      phase = Phase.TRAINING;
      latestStep = Optional.of(step);
      trainedRecords += step.getRecords();
      trainedTokens += step.getLoss().getTokens();
      trainedBytes += bytes;
      deadLetters += condemned;
      waitMs += step.getWaitMs();
      computeMs += step.getComputeMs();
      promptAgesMs.forEach(promptToStep::add);
      step.getEvaluation().forEach(firstEvaluation::putIfAbsent);
      latestEvaluation.putAll(step.getEvaluation());
    }
    listeners.forEach(listener -> listener.stepTaken(step));
  }

  void checkpointCommitted(CheckpointManifest manifest, String weightsSha256) {
    synchronized (this) {
      checkpointStands(manifest);
      if (checkpoints.size() == MAX_CHECKPOINTS) {
        checkpoints.remove();
      }
      checkpoints.add(
          new CheckpointSummary(
              manifest.getRun() + "/" + manifest.getSequence(), manifest.getStep(), weightsSha256));
    }
    listeners.forEach(listener -> listener.checkpointCommitted(manifest));
  }
}
