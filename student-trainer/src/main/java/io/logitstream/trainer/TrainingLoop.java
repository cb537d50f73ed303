package io.logitstream.trainer;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.GateVerdictEntry;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.Verdict;
import io.logitstream.trainer.evaluation.EvaluationResults;
import io.logitstream.trainer.evaluation.PinnedEvaluation;
import io.logitstream.trainer.gate.Gate;
import io.logitstream.trainer.gate.GateOutcome;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.recovery.CheckpointDraft;
import io.logitstream.trainer.recovery.CheckpointPlace;
import io.logitstream.trainer.recovery.CheckpointWriter;
import io.logitstream.trainer.recovery.PendingLedger;
import io.logitstream.trainer.recovery.RunPosition;
import io.logitstream.trainer.rehearsal.Rehearsal;
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
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** The training loop of one start of a run: from its newest checkpoint on, step by step. */
final class TrainingLoop {
  private static final Logger LOGGER = LoggerFactory.getLogger(TrainingLoop.class);

  private final TrainerSettings settings;
  private final Parts parts;
  private final StepTaker steps;
  private final LogIdentity log;
  private final Runnable onGrowth;
  private final TrainerClock clock;

  /** Whether the newest checkpoint was not measured by the gate: a stop came between its steps. */
  private boolean hasUnmeasured;

  /**
   * What a loop works with; the caller closes it.
   *
   * @param rehearsal empty where no older records are trained on
   * @param evaluation empty where nothing is evaluated
   * @param accepted finds the checkpoint that a rollback goes back to
   */
  record Parts(
      RunPosition position,
      KafkaFeed<Reading> feed,
      BatchFiller filler,
      Optional<Rehearsal> rehearsal,
      Student student,
      Optional<PinnedEvaluation> evaluation,
      PendingLedger pending,
      CheckpointWriter checkpoints,
      Gate gate,
      RunChanges changes,
      Supplier<Rollback> accepted,
      StepReport report,
      DeadLetters deadLetters) {}

  private record TakenStep(StepBatch batch, StepResult result) {}

  /**
   * @param resumesUnmeasured whether the checkpoint that the loop goes on from is one that a stop
   *     left between two steps of the gate
   * @param onGrowth told when the topic has gained partitions; asks this loop to stop
   */
  TrainingLoop(
      TrainerSettings settings,
      Parts parts,
      boolean resumesUnmeasured,
      LogIdentity log,
      Runnable onGrowth,
      TrainerClock clock) {
    this.settings = settings;
    this.parts = parts;
    this.hasUnmeasured = resumesUnmeasured;
    this.steps = new StepTaker(parts.student());
    this.log = log;
    this.onGrowth = onGrowth;
    this.clock = clock;
  }

  /** Trains until a stop is asked for or the training's end is reached; leaves a checkpoint. */
  void run(StopSignal stop) throws InterruptedException {
    try {
      train(stop);
    } finally {
      MDC.remove("step");
    }
  }

  private void train(StopSignal stop) throws InterruptedException {
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
    rollBackIfDue();
    while (!stop.requested() && !isAtEnd()) {
      pinEvaluationSets();
      long startNanos = clock.nanos();
      Optional<TakenStep> step = nextStep(stop);
      if (step.isEmpty()) {
        break;
      }
      MDC.put("step", Long.toString(parts.student().step()));
      recordStep(step.get());
      boolean isGated = isGated();
      EvaluationResults evaluation = isGated || isEvaluated() ? evaluate() : EvaluationResults.NONE;
      if (isGated || parts.student().step() % settings.checkpoint().everySteps() == 0) {
        checkpoint(evaluation, isGated);
      }
      parts
          .report()
          .tell(step.get().batch(), step.get().result(), evaluation.byDomain(), startNanos);
      rollBackIfDue();
    }
    checkpointAtEnd();
    rollBackIfDue();
    parts.checkpoints().await();
  }

  /** What the training leaves; measured by the gate if the training is over. */
  private void checkpointAtEnd() throws InterruptedException {
    boolean isUnmeasured = parts.gate().isOn() && isAtEnd() && hasUnmeasured;
    if (isUnmeasured || parts.student().step() > parts.position().checkpointedStep()) {
      boolean isGated = isGated();
      checkpoint(isGated ? evaluate() : EvaluationResults.NONE, isGated);
    }
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
          if (parts.feed().hasGrown()) {
            onGrowth.run();
          }
        };
    while (parts.filler().fill(batch, liveRecords(), stop, check)) {
      if (parts.rehearsal().isPresent()
          && !parts.rehearsal().get().fill(batch, parts.student().step() + 1)) {
        return Optional.empty();
      }
      Optional<StepResult> result = steps.take(batch);
      if (result.isPresent()) {
        return Optional.of(new TakenStep(batch, result.get()));
      }
    }
    return Optional.empty();
  }

  private int liveRecords() {
    int stepRecords = settings.plan().stepRecords();
    return parts.rehearsal().map(older -> older.liveRecords(stepRecords)).orElse(stepRecords);
  }

  private void recordStep(TakenStep step) throws InterruptedException {
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
    parts.gate().trained(step.result().byDomain().keySet());
    RunPosition position = parts.position();
    position.trained(batch.size(), step.result().total().tokens());
    position.cursor().advance(batch.lastRecords(), parts.filler().endStep());
    parts.feed().commit(position.cursor().nextOffsets());
    if (parts.rehearsal().isPresent()) {
      parts
          .rehearsal()
          .get()
          .stepTaken(
              step.result().step(),
              step.result().byDomain().keySet(),
              batch.nonFinite(),
              position.cursor().nextOffsets())
          .ifPresent(window -> parts.pending().rehearsalWindow(window, now));
    }
  }

  private boolean isEvaluated() {
    return settings.evaluation().isDue(parts.student().step());
  }

  /** At fixed steps, and where the training ends: never where a stop happened to come. */
  private boolean isGated() {
    return parts.gate().isDue(parts.student().step()) || (parts.gate().isOn() && isAtEnd());
  }

  private EvaluationResults evaluate() {
    return parts
        .evaluation()
        .map(sets -> sets.evaluate(parts.student()))
        .orElse(EvaluationResults.NONE);
  }

  private void checkpoint(EvaluationResults evaluation, boolean isGated)
      throws InterruptedException {
    CheckpointPlace place = parts.position().nextCheckpoint(parts.student().step());
    GateOutcome outcome = parts.gate().isOn() ? GateOutcome.BETWEEN_STEPS : GateOutcome.NO_GATE;
    if (isGated) {
      outcome =
          parts
              .gate()
              .judge(
                  new CheckpointId(settings.run(), place.sequence()).toString(),
                  evaluation.windowForwardKl());
    }
    hasUnmeasured = !outcome.isMeasured();
    write(place, evaluation, outcome);
  }

  /** Goes on from the last accepted checkpoint, where too many after it were rejected. */
  private void rollBackIfDue() throws InterruptedException {
    if (!parts.gate().mustRollBack()) {
      return;
    }
    // The last rejected one must stand before what follows it.
    parts.checkpoints().await();
    parts.gate().checkRollbacks();
    Rollback rollback = parts.accepted().get();
    CheckpointManifest accepted = rollback.manifest();
    String reason =
        "%d checkpoints in a row were rejected".formatted(parts.gate().state().rejected());
    LOGGER.warn(
        "{}: run {} goes on with the weights of checkpoint {} at step {}",
        reason,
        settings.run(),
        accepted.getSequence(),
        accepted.getStep());
    RunPosition position = parts.position();
    parts.student().restore(rollback.snapshot());
    // What a start has changed counts from the checkpoint that is now gone on from.
    parts.pending().dropChanges();
    RollbackEntry entry = rollback.entry(reason, position.cursor());
    parts.pending().rollback(entry, clock.now());
    parts.changes().tell(accepted, parts.pending(), clock.now());
    parts
        .rehearsal()
        .map(older -> older.rolledBack(entry.getDiscarded(), position.cursor().nextOffsets()))
        .ifPresent(window -> parts.pending().rehearsalWindow(window, clock.now()));
    position.rolledBack(accepted);
    CheckpointPlace place = position.nextCheckpoint(accepted.getStep());
    EvaluationResults evaluation =
        new EvaluationResults(accepted.getEvaluation(), accepted.getWindowForwardKl());
    parts
        .gate()
        .rolledBack(
            new CheckpointId(settings.run(), place.sequence()).toString(),
            evaluation.windowForwardKl());
    write(place, evaluation, GateOutcome.accepted(rollback.acceptance()));
  }

  private void write(CheckpointPlace place, EvaluationResults evaluation, GateOutcome outcome)
      throws InterruptedException {
    long startNanos = clock.nanos();
    RunPosition position = parts.position();
    if (outcome.isMeasured()) {
      parts
          .pending()
          .gateVerdict(
              new GateVerdictEntry(
                  outcome.verdict() == Verdict.ACCEPTED, String.valueOf(outcome.reason())),
              clock.now());
    }
    parts
        .checkpoints()
        .write(
            new CheckpointDraft(
                place,
                parts.student().snapshot(),
                position.cursor().inManifest(),
                parts.pending().drain(place.sequence()),
                position.trainedTokens(),
                position.trainedRecords(),
                evaluation,
                outcome,
                parts.gate().isOn() ? parts.gate().state().inManifest() : Map.of(),
                parts.evaluation().map(PinnedEvaluation::inManifest).orElse(List.of()),
                parts.rehearsal().map(Rehearsal::inManifest)));
    parts.report().checkpointTaken(clock.nanos() - startNanos);
  }
}
