package io.logitstream.trainer.training;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.distillation.step.NonFiniteStepException;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import java.util.List;

/** The student in training: what it has learned, and what it can be asked to do. */
public interface Student extends AutoCloseable {
  /** Trains with other settings from here on; step, weights and moments stay. */
  void use(TrainingSettings settings);

  /**
   * Takes an optimizer step.
   *
   * @throws NonFiniteStepException if it has no finite result; the student is as before
   */
  StepResult train(List<TrainingExample> examples);

  /** How the student stands on windows that it is not trained on. */
  EvaluationSums evaluate(List<TrainingExample> windows);

  /** The same, each window by itself, in their order. */
  default List<EvaluationSums> evaluateEach(List<TrainingExample> windows) {
    return windows.stream().map(window -> evaluate(List.of(window))).toList();
  }

  /** Steps done. */
  long step();

  /** Step, weights and moments of this moment, in host memory. */
  TrainingState.Snapshot snapshot();

  /** Takes the student back to a snapshot. */
  void restore(TrainingState.Snapshot snapshot);

  @Override
  void close();
}
