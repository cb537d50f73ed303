package io.logitstream.console.demo;

import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.TrainingStep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What a pipeline's topics have shown since the demo began to watch them. Safe for all threads. */
final class Observations {
  private static final Duration RATE_WINDOW = Duration.ofSeconds(10);
  private static final int SAMPLE_PROMPTS_MAX = 64;

  private final String run;
  private final long startedNanos;
  private final PromptLatencies latencies = new PromptLatencies();
  private final RateMeter promptRate = new RateMeter(RATE_WINDOW);
  private final RateMeter scoredRate = new RateMeter(RATE_WINDOW);
  private final RateMeter scoredTokenRate = new RateMeter(RATE_WINDOW);
  private final RateMeter stepRate = new RateMeter(RATE_WINDOW);
  private final RateMeter trainedTokenRate = new RateMeter(RATE_WINDOW);
  private final Map<String, DomainCurves> domains = new TreeMap<>();
  private final Curve trainingLoss = new Curve();
  private final Curve trainingKl = new Curve();
  private final List<String> heldOutTexts = new ArrayList<>();

  private long prompts;
  private LogitVolume training = LogitVolume.NONE;
  private LogitVolume evaluation = LogitVolume.NONE;
  private long deadLetters;
  private long steps;
  private long trainedTokens;
  private double waitMs;
  private double computeMs;
  private double firstStepBeganSeconds = Double.NaN;
  private double lastStepEndedSeconds = Double.NaN;
  private long lastEvaluatedStep = -1;
  private int checkpoints;
  private @Nullable TrainingStep lastStep;
  private @Nullable CheckpointManifest lastCheckpoint;

  /**
   * @param run the run that is watched; others on the same topics do not count
   * @param startedNanos when the pipeline started, by {@link System#nanoTime}
   */
  Observations(String run, long startedNanos) {
    this.run = run;
    this.startedNanos = startedNanos;
  }

  synchronized void prompt(long nanos, Prompt prompt) {
    prompts++;
    promptRate.add(nanos, 1);
    String text = prompt.getText();
    if (prompt.getHeldOut() && text != null && heldOutTexts.size() < SAMPLE_PROMPTS_MAX) {
      heldOutTexts.add(text);
    }
  }

  synchronized void trainingRecord(
      long nanos, int partition, long offset, TeacherLogits record, int bytes) {
    long tokens = trainedTokens(record);
    training = training.plus(tokens, bytes);
    latencies.record(partition, offset, record.getCreatedAt().toEpochMilli());
    scored(nanos, tokens);
  }

  synchronized void evaluationRecord(long nanos, TeacherLogits record, int bytes) {
    long tokens = trainedTokens(record);
    evaluation = evaluation.plus(tokens, bytes);
    scored(nanos, tokens);
  }

  synchronized void step(long nanos, TrainingStep step) {
    if (!step.getRun().equals(run)) {
      return;
    }
    double ended = seconds(nanos);
    LossTerms loss = step.getLoss();
    steps++;
    trainedTokens += loss.getTokens();
    waitMs += step.getWaitMs();
    computeMs += step.getComputeMs();
    if (lastStep == null) {
      firstStepBeganSeconds = Math.max(0, ended - step.getComputeMs() / 1000);
    }
    lastStepEndedSeconds = ended;
    lastStep = step;
    stepRate.add(nanos, 1);
    trainedTokenRate.add(nanos, loss.getTokens());
    trainingLoss.add(ended, loss.getObjective());
    if (loss.getForwardKl() != null) {
      trainingKl.add(ended, loss.getForwardKl());
    }
    latencies.stepEnded(step.getStep(), step.getEndedAt().toEpochMilli());
    evaluated(step.getStep(), ended, step.getEvaluation());
  }

  synchronized void ledgerEntry(LedgerEntry entry) {
    if (entry.getRun().equals(run) && entry.getStep() != null) {
      latencies.stepCommitted(entry.getStep());
    }
  }

  synchronized void checkpoint(long nanos, CheckpointManifest manifest) {
    if (!manifest.getRun().equals(run)) {
      return;
    }
    if (manifest.getSequence() > 0) {
      checkpoints++;
    }
    lastCheckpoint = manifest;
    evaluated(manifest.getStep(), seconds(nanos), manifest.getEvaluation());
  }

  synchronized void deadLetter() {
    deadLetters++;
  }

  /** Texts that are held out of training, for the student to go on writing from. */
  synchronized List<String> heldOutTexts() {
    return List.copyOf(heldOutTexts);
  }

  /** Everything as it stands at a time of {@link System#nanoTime}. */
  synchronized Snapshot snapshot(long nanos) {
    Map<String, DomainCurves> copies = new TreeMap<>();
    domains.forEach((domain, curves) -> copies.put(domain, curves.copy()));
    return new Snapshot(
        seconds(nanos),
        prompts,
        promptRate.perSecond(nanos),
        training,
        evaluation,
        scoredRate.perSecond(nanos),
        scoredTokenRate.perSecond(nanos),
        steps,
        stepRate.perSecond(nanos),
        trainedTokens,
        trainedTokenRate.perSecond(nanos),
        waitMs,
        computeMs,
        firstStepBeganSeconds,
        lastStepEndedSeconds,
        deadLetters,
        checkpoints,
        lastStep,
        lastCheckpoint,
        copies,
        new Curve(trainingLoss),
        new Curve(trainingKl));
  }

  /** The latencies' quantiles, in seconds. */
  synchronized java.util.OptionalDouble promptToStepSeconds(double share) {
    return latencies.quantile(share);
  }

  /** SHA-256 (hex) of what a checkpoint has learned; null where it has nothing. */
  static @Nullable String weightsSha256(CheckpointManifest manifest) {
    return LearnedWeights.of(manifest).map(Artifact::getSha256).orElse(null);
  }

  private void evaluated(long step, double seconds, Map<String, EvaluationMetrics> evaluated) {
    // Telemetry and manifest tell of the same evaluation; the one read first counts.
    if (evaluated.isEmpty() || step <= lastEvaluatedStep) {
      return;
    }
    lastEvaluatedStep = step;
    evaluated.forEach(
        (domain, metrics) ->
            domains.computeIfAbsent(domain, any -> DomainCurves.empty()).add(seconds, metrics));
  }

  private void scored(long nanos, long tokens) {
    scoredRate.add(nanos, 1);
    scoredTokenRate.add(nanos, tokens);
  }

  private double seconds(long nanos) {
    return (nanos - startedNanos) / 1e9;
  }

  private static long trainedTokens(TeacherLogits record) {
    long tokens = 0;
    for (TrainedSpan span : record.getSpans()) {
      tokens += span.getEnd() - span.getStart();
    }
    return tokens;
  }
}
