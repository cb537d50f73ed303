package io.logitstream.trainer.training;

import io.logitstream.distillation.step.NonFiniteStepException;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import java.util.ArrayList;
import java.util.List;

/**
 * Narrows a step without a finite result to the records that cause it. Where the losses do not tell
 * (only the gradient is not finite), halves are tried from the unchanged state.
 */
final class NonFiniteSearch {
  private NonFiniteSearch() {}

  /**
   * Indices of the examples that must be left out next; at least one.
   *
   * @param failure how all of the examples together failed
   */
  static List<Integer> culprits(
      Student student, List<TrainingExample> examples, NonFiniteStepException failure) {
    if (!failure.suspects().isEmpty() && failure.suspects().size() < examples.size()) {
      return failure.suspects();
    }
    TrainingState.Snapshot before = student.snapshot();
    List<Integer> candidates = new ArrayList<>();
    for (int index = 0; index < examples.size(); index++) {
      candidates.add(index);
    }
    while (candidates.size() > 1) {
      List<Integer> firstHalf = candidates.subList(0, candidates.size() / 2);
      candidates =
          isFinite(student, examples, firstHalf, before)
              ? candidates.subList(candidates.size() / 2, candidates.size())
              : firstHalf;
    }
    return List.copyOf(candidates);
  }

  private static boolean isFinite(
      Student student,
      List<TrainingExample> examples,
      List<Integer> chosen,
      TrainingState.Snapshot before) {
    try {
      student.train(chosen.stream().map(examples::get).toList());
    } catch (NonFiniteStepException e) {
      return false;
    }
    student.restore(before);
    return true;
  }
}
