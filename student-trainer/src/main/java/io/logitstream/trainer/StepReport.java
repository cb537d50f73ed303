package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointTrace;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.evaluation.PinnedEvaluation;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.recovery.RunPosition;
import io.logitstream.trainer.training.BatchFiller;
import io.logitstream.trainer.training.LossTermsOf;
import io.logitstream.trainer.training.StepBatch;
import io.logitstream.trainer.training.Telemetry;
import io.logitstream.trainer.training.TrainerClock;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells of steps: on the topic training-steps, to the meters, and to who watches the progress. */
final class StepReport {
  private static final Logger LOGGER = LoggerFactory.getLogger(StepReport.class);
  private static final double NANOS_PER_MS = 1e6;

  private final String run;
  private final long incarnation;
  private final RunPosition position;
  private final KafkaFeed<Reading> feed;
  private final BatchFiller filler;
  private final Optional<PinnedEvaluation> evaluation;
  private final Telemetry telemetry;
  private final TrainerProgress progress;
  private final TrainerMeters meters;
  private final TrainerClock clock;

  StepReport(
      TrainerSettings settings,
      long incarnation,
      RunPosition position,
      KafkaFeed<Reading> feed,
      BatchFiller filler,
      Optional<PinnedEvaluation> evaluation,
      Telemetry telemetry,
      TrainerProgress progress,
      TrainerMeters meters,
      TrainerClock clock) {
    this.run = settings.run();
    this.incarnation = incarnation;
    this.position = position;
    this.feed = feed;
    this.filler = filler;
    this.evaluation = evaluation;
    this.telemetry = telemetry;
    this.progress = progress;
    this.meters = meters;
    this.clock = clock;
  }

  /**
   * Tells of a step.
   *
   * @param results the evaluation's results by domain, if the step was evaluated
   * @param startNanos when the loop began to fill the step's batch
   */
  void tell(
      StepBatch batch, StepResult result, Map<String, EvaluationMetrics> results, long startNanos) {
    Instant endedAt = clock.now();
    double totalMs = Math.max(1e-3, (clock.nanos() - startNanos) / NANOS_PER_MS);
    double waitMs = Math.min(totalMs, filler.takeWaitNanos() / NANOS_PER_MS);
    List<Double> agesMs = batch.agesMs(endedAt);
    TrainingStep step =
        TrainingStep.newBuilder()
            .setRun(run)
            .setSequence(position.sequence())
            .setStep(result.step())
            .setIncarnation(incarnation)
            .setEndedAt(endedAt)
            .setLoss(LossTermsOf.sums(result.total()))
            .setLossByDomain(LossTermsOf.byDomain(result.byDomain()))
            .setSoftWeight(result.softWeight())
            .setGradientNorm(result.gradientNorm())
            .setLearningRate(result.learningRate())
            .setRecords(batch.size())
            .setPaddedTokens(result.paddedTokens())
            .setMicroBatches(result.microBatches())
            .setTrainedTokensTotal(position.trainedTokens())
            .setWaitMs(waitMs)
            .setComputeMs(totalMs - waitMs)
            .setTokensPerSecond(result.total().tokens() * 1000 / totalMs)
            .setPromptToStepMsMin(agesMs.stream().min(Comparator.naturalOrder()).orElse(null))
            .setPromptToStepMsMax(agesMs.stream().max(Comparator.naturalOrder()).orElse(null))
            .setLag(feed.lag().isPresent() ? feed.lag().getAsLong() : null)
            .setEvaluation(results)
            .setTraceLinks(batch.traceLinks())
            .build();
    telemetry.tell(step, trace(result.step()));
    meters.stepTaken(step);
    evaluation.ifPresent(sets -> progress.evaluationSet(sets.valueBytes(), sets.tokens()));
    progress.stepTaken(step, batch.valueBytes(), batch.skips().size(), agesMs);
    log(step);
  }

  /** The trace of the checkpoint that the step is part of: taken at it, or the next one. */
  private TraceContext trace(long step) {
    boolean isTaken = position.checkpointedStep() == step;
    return CheckpointTrace.of(
        run,
        isTaken ? position.sequence() : position.sequence() + 1,
        position.cursor().topic().id().toString());
  }

  /** Tells how long a checkpoint held the loop up. */
  void checkpointTaken(long nanos) {
    meters.checkpointTaken(nanos);
    progress.checkpointTaken(nanos / NANOS_PER_MS);
  }

  private static void log(TrainingStep step) {
    if (LOGGER.isDebugEnabled() || !step.getEvaluation().isEmpty()) {
      String line =
          "step %d: cross-entropy %.4f, gradient norm %.3f, %.0f tokens/s"
              .formatted(
                  step.getStep(),
                  step.getLoss().getCrossEntropy(),
                  step.getGradientNorm(),
                  step.getTokensPerSecond());
      LOGGER.debug("{}", line);
      step.getEvaluation()
          .forEach(
              (domain, metrics) ->
                  LOGGER.info(
                      "{}; {}: acceptance {}, KL {}{}",
                      line,
                      domain,
                      metrics.getAcceptance(),
                      metrics.getForwardKl(),
                      metrics.getBoundedTokens() > 0 ? " (bounds: from above, from below)" : ""));
    }
  }
}
