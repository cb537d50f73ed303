package io.logitstream.distillation.step;

import java.util.List;

/**
 * How the examples of a step are cut into micro-batches.
 *
 * @param tokenBudget most input positions of a micro-batch, padding included; a longer sequence
 *     stands alone
 */
public record MicroBatching(MicroBatchPlan plan, int tokenBudget) {
  public MicroBatching {
    if (tokenBudget < 1) {
      throw new IllegalArgumentException(
          "%d tokens a micro-batch, expected >= 1".formatted(tokenBudget));
    }
  }

  /** Indices of examples, in the order in which micro-batches run. */
  List<List<Integer>> of(List<TrainingExample> examples) {
    return plan.of(examples, tokenBudget);
  }
}
