package io.logitstream.trainer;

import io.logitstream.distillation.step.StepResult;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.trainer.evaluation.PinnedEvaluation;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.recovery.CheckpointDraft;
import io.logitstream.trainer.recovery.CheckpointWriter;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunPosition;
import io.logitstream.trainer.training.BatchFiller;
import io.logitstream.trainer.training.LogIdentity;
import io.logitstream.trainer.training.StepBatch;
import io.logitstream.trainer.training.StepTaker;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainerClock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The training loop of one start of a run: from its newest checkpoint on, step by step. */
final class TrainingLoop {
  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainerSettings settings;
  private final Parts parts;
  private final StepTaker steps;
  private final LogIdentity log;
  private final TrainerClock clock;

  /**
   * What a loop works with; the caller closes it.
   *
   * @param evaluation empty where nothing is evaluated
   */
  record Parts(
      RunPosition position,
      KafkaFeed<Reading> feed,
      BatchFiller filler,
      Student student,
      Optional<PinnedEvaluation> evaluation,
      PendingLedger pending,
      CheckpointWriter checkpoints,
      StepReport report,
      DeadLetters deadLetters) {}

  private record TakenStep(StepBatch batch, StepResult result) {}

  TrainingLoop(TrainerSettings settings, Parts parts, LogIdentity log, TrainerClock clock) {
    this.settings = settings;
    this.parts = parts;
    this.steps = new StepTaker(parts.student());
    this.log = log;
    this.clock = clock;
  }

  /** Trains until a stop is asked for or the training's end is reached; leaves a checkpoint. */
  void run(StopSignal stop) throws InterruptedException {
    if (isAtEnd()) {
      LOGGER.info(
          "run {} is at step {} already, and train.max-steps is {}: nothing to do",
          settings.run(),
          parts.student().step(),
          settings.maxSteps());
    }
    if (parts.evaluation().isPresent()) {
      parts.evaluation().get().await(stop, clock);
    }
    while (!stop.requested() && !isAtEnd()) {
      pinEvaluationSets();
      long startNanos = clock.nanos();
      Optional<TakenStep> step = nextStep(stop);
      if (step.isEmpty()) {
        break;
      }
      recordStep(step.get());
      Map<String, EvaluationMetrics> evaluation = evaluateIfDue();
      if (parts.student().step() % settings.checkpoint().everySteps() == 0) {
        checkpoint(evaluation);
      }
      parts.report().tell(step.get().batch(), step.get().result(), evaluation, startNanos);
    }
    if (parts.student().step() > parts.position().checkpointedStep()) {
      checkpoint(Map.of());
    }
    parts.checkpoints().await();
  }

  private boolean isAtEnd() {
    return parts.filler().isAtEnd()
        || (settings.maxSteps() > 0 && parts.student().step() >= settings.maxSteps());
  }

  private void pinEvaluationSets() {
    parts
        .evaluation()
        .map(PinnedEvaluation::pin)
        .orElse(List.of())
        .forEach(set -> parts.pending().pinned(set, clock.now()));
    parts
        .evaluation()
        .map(PinnedEvaluation::takeCondemned)
        .ifPresent(
            condemned ->
                parts.pending().condemned(condemned.skips(), condemned.letters(), clock.now()));
  }

  /** Consumes the records of a step and takes it; empty if the training ends before it. */
  private Optional<TakenStep> nextStep(StopSignal stop) throws InterruptedException {
    StepBatch batch = new StepBatch(log, parts.deadLetters());
    BatchFiller.Check check =
        () -> {
          parts.pending().checkCondemned(batch.skips(), batch.letters());
          parts.checkpoints().checkFailed();
        };
    while (parts.filler().fill(batch, stop, check)) {
      Optional<StepResult> result = steps.take(batch);
      if (result.isPresent()) {
        return Optional.of(new TakenStep(batch, result.get()));
      }
    }
    return Optional.empty();
  }

  private void recordStep(TakenStep step) {
    StepBatch batch = step.batch();
    Instant now = clock.now();
    parts
        .pending()
        .step(
            batch.entry(step.result().step()),
            batch.skips(),
            batch.letters(),
            step.result().total(),
            now);
    RunPosition position = parts.position();
    position.trained(batch.size(), step.result().total().tokens());
    position.cursor().advance(batch.lastRecords(), parts.filler().endStep());
    parts.feed().commit(position.cursor().nextOffsets());
  }

  private Map<String, EvaluationMetrics> evaluateIfDue() {
    return settings.evaluation().isDue(parts.student().step())
        ? parts.evaluation().map(sets -> sets.evaluate(parts.student())).orElse(Map.of())
        : Map.of();
  }

  private void checkpoint(Map<String, EvaluationMetrics> evaluation) throws InterruptedException {
    RunPosition position = parts.position();
    long sequence = position.nextCheckpoint(parts.student().step());
    parts
        .checkpoints()
        .write(
            new CheckpointDraft(
                sequence,
                parts.student().snapshot(),
                position.cursor().inManifest(),
                parts.pending().drain(sequence),
                position.trainedTokens(),
                position.trainedRecords(),
                evaluation,
                parts.evaluation().map(PinnedEvaluation::inManifest).orElse(List.of())));
  }
}
