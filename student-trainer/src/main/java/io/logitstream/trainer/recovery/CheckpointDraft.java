package io.logitstream.trainer.recovery;

import io.logitstream.distillation.step.TrainingState;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.EvaluationSet;
import java.util.List;
import java.util.Map;

/**
 * A step boundary that becomes a checkpoint.
 *
 * @param sequence the checkpoint's place among those of the run
 * @param state step, weights and moments
 * @param cursor where the run stands in the log
 * @param pending what happened since the parent
 * @param trainedTokens tokens trained on since the run's start
 * @param trainedRecords records trained on since the run's start
 * @param evaluation results by domain, if the step was evaluated
 * @param evaluationSets the pinned sets
 */
public record CheckpointDraft(
    long sequence,
    TrainingState.Snapshot state,
    Cursor cursor,
    PendingLedger.Drained pending,
    long trainedTokens,
    long trainedRecords,
    Map<String, EvaluationMetrics> evaluation,
    List<EvaluationSet> evaluationSets) {
  public CheckpointDraft {
    evaluation = Map.copyOf(evaluation);
    evaluationSets = List.copyOf(evaluationSets);
  }
}
