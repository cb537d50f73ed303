package io.logitstream.distillation.step;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.TopKLogits;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Cuts examples into micro-batches. A function of the examples and the budget alone: the order in
 * which gradients add up is part of a run's bytes.
 */
public final class MicroBatchPlan {
  private MicroBatchPlan() {}

  /**
   * Sorts by kind of targets and length, longest first, and fills up to the budget.
   *
   * @param tokenBudget most input positions of a micro-batch, padding included; a longer sequence
   *     stands alone
   * @return indices of examples, in the order in which micro-batches run
   */
  public static List<List<Integer>> of(List<TrainingExample> examples, int tokenBudget) {
    List<Integer> order =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(index -> kind(examples.get(index)))
                    .thenComparing(index -> -examples.get(index).inputLength())
                    .thenComparing(index -> index))
            .toList();
    List<List<Integer>> batches = new ArrayList<>();
    List<Integer> batch = new ArrayList<>();
    for (int index : order) {
      if (!batch.isEmpty() && !fits(examples, batch, index, tokenBudget)) {
        batches.add(List.copyOf(batch));
        batch.clear();
      }
      batch.add(index);
    }
    if (!batch.isEmpty()) {
      batches.add(List.copyOf(batch));
    }
    return batches;
  }

  private static boolean fits(
      List<TrainingExample> examples, List<Integer> batch, int index, int tokenBudget) {
    TrainingExample longest = examples.get(batch.get(0));
    return kind(longest) == kind(examples.get(index))
        && (batch.size() + 1L) * longest.inputLength() <= tokenBudget;
  }

  /** Sequences of one kind can be computed on together: TOP_K ones have the same k. */
  private static int kind(TrainingExample example) {
    if (example.targets() instanceof FullLogits) {
      return Integer.MAX_VALUE;
    }
    return example.targets() instanceof TopKLogits top ? top.k() : 0;
  }
}
