package io.logitstream.distillation.step;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.TopKLogits;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Where examples are cut into micro-batches, once they are sorted by kind of targets and by length,
 * longest first. A function of the examples and the budget alone: the order in which gradients add
 * up is part of a run's bytes, so a plan never cuts otherwise than it did.
 */
public enum MicroBatchPlan {
  /** Each is filled up to the budget, with padding as it comes. */
  FILLED {
    @Override
    List<Integer> cuts(List<TrainingExample> sorted, int tokenBudget) {
      List<Integer> cuts = new ArrayList<>();
      int from = 0;
      for (int until = 1; until <= sorted.size(); until++) {
        if (until == sorted.size() || !standTogether(sorted, from, until + 1, tokenBudget)) {
          cuts.add(until);
          from = until;
        }
      }
      return cuts;
    }
  },

  /**
   * So that positions, padding included, and what another micro-batch costs are least in all: where
   * lengths differ much, one more micro-batch saves more padding than it costs.
   */
  LEAST_WORK {
    @Override
    List<Integer> cuts(List<TrainingExample> sorted, int tokenBudget) {
      long[] leastWork = new long[sorted.size() + 1];
      int[] lastCut = new int[sorted.size() + 1];
      for (int until = 1; until <= sorted.size(); until++) {
        leastWork[until] = Long.MAX_VALUE;
        for (int from = until - 1;
            from >= 0 && standTogether(sorted, from, until, tokenBudget);
            from--) {
          long work =
              leastWork[from]
                  + (long) (until - from) * sorted.get(from).inputLength()
                  + COST_OF_A_START_POSITIONS;
          // Of equal plans the one with the fewest cuts.
          if (work <= leastWork[until]) {
            leastWork[until] = work;
            lastCut[until] = from;
          }
        }
      }
      List<Integer> cuts = new ArrayList<>();
      for (int cut = sorted.size(); cut > 0; cut = lastCut[cut]) {
        cuts.add(cut);
      }
      Collections.reverse(cuts);
      return cuts;
    }
  };

  /**
   * What another micro-batch costs, in positions: its gradients are added to the sum, a pass over
   * memory for each weight, where a position is some products with it. About 90 were measured on
   * two cores in float32, with a student of 9M parameters. Runs were cut by this value: another one
   * is another plan.
   */
  private static final int COST_OF_A_START_POSITIONS = 96;

  /**
   * Sorts and cuts.
   *
   * @param tokenBudget most input positions of a micro-batch, padding included; a longer sequence
   *     stands alone
   * @return indices of examples, in the order in which micro-batches run
   */
  public List<List<Integer>> of(List<TrainingExample> examples, int tokenBudget) {
    List<Integer> order =
        IntStream.range(0, examples.size())
            .boxed()
            .sorted(
                Comparator.<Integer>comparingInt(index -> kind(examples.get(index)))
                    .thenComparing(index -> -examples.get(index).inputLength())
                    .thenComparing(index -> index))
            .toList();
    List<List<Integer>> batches = new ArrayList<>();
    int from = 0;
    for (int cut : cuts(order.stream().map(examples::get).toList(), tokenBudget)) {
      batches.add(order.subList(from, cut));
      from = cut;
    }
    return List.copyOf(batches);
  }

  /** Ends of the micro-batches of sorted examples, in order. */
  abstract List<Integer> cuts(List<TrainingExample> sorted, int tokenBudget);

  /** Whether sorted examples may be one micro-batch; one example may always. */
  private static boolean standTogether(
      List<TrainingExample> sorted, int from, int until, int tokenBudget) {
    TrainingExample longest = sorted.get(from);
    return until - from == 1
        || (kind(longest) == kind(sorted.get(until - 1))
            && (long) (until - from) * longest.inputLength() <= tokenBudget);
  }

  /** Sequences of one kind can be computed on together: TOP_K ones have the same k. */
  private static int kind(TrainingExample example) {
    if (example.targets() instanceof FullLogits) {
      return Integer.MAX_VALUE;
    }
    return example.targets() instanceof TopKLogits top ? top.k() : 0;
  }
}
