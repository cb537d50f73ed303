package io.logitstream.trainer.recovery;

import io.logitstream.distillation.step.TrainingState;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.EvaluationSet;
import io.logitstream.schemas.RehearsalState;
import io.logitstream.trainer.evaluation.EvaluationResults;
import io.logitstream.trainer.gate.GateOutcome;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A step boundary that becomes a checkpoint.
 *
 * @param place the checkpoint's place among those of the run
 * @param state step, weights and moments
 * @param cursor where the run stands in the log
 * @param pending what happened since the parent
 * @param trainedTokens tokens trained on since the run's start
 * @param trainedRecords records trained on since the run's start
 * @param evaluation results, if the step was evaluated
 * @param outcome what the gate says
 * @param plannerState what planners keep for the next checkpoint, by name
 * @param evaluationSets the pinned sets
 * @param rehearsal what the rehearsal keeps for the next checkpoint; empty without rehearsal
 */
public record CheckpointDraft(
    CheckpointPlace place,
    TrainingState.Snapshot state,
    Cursor cursor,
    PendingLedger.Drained pending,
    long trainedTokens,
    long trainedRecords,
    EvaluationResults evaluation,
    GateOutcome outcome,
    Map<String, ByteBuffer> plannerState,
    List<EvaluationSet> evaluationSets,
    Optional<RehearsalState> rehearsal) {
  public CheckpointDraft {
    plannerState = Map.copyOf(plannerState);
    evaluationSets = List.copyOf(evaluationSets);
  }
}
