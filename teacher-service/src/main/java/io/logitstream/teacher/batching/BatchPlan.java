package io.logitstream.teacher.batching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/** Groups sequences of similar length, so that little of a batch is padding. */
public final class BatchPlan {
  /** What a batch costs beside its padded positions, in positions: calls, and small matrices. */
  static final int BATCH_COST_TOKENS = 128;

  private BatchPlan() {}

  /**
   * The cheapest batches, longest sequences first. A batch costs its padded size, which is its
   * longest sequence times their number, and {@value #BATCH_COST_TOKENS}. Padded sizes stay within
   * a budget; a sequence that alone is larger makes a batch of its own. Equal input gives equal
   * batches.
   *
   * @param length positions of a sequence
   * @param budgetTokens the most padded tokens of a batch
   */
  public static <T> List<List<T>> of(List<T> sequences, ToIntFunction<T> length, int budgetTokens) {
    List<T> longestFirst = new ArrayList<>(sequences);
    longestFirst.sort(Comparator.comparingInt(length).reversed());
    int[] ends = ends(longestFirst.stream().mapToInt(length).toArray(), budgetTokens);
    List<List<T>> batches = new ArrayList<>();
    for (int start = 0; start < ends.length; start = ends[start]) {
      batches.add(longestFirst.subList(start, ends[start]));
    }
    return batches;
  }

  /** For each sequence that a batch may begin with, where the batch ends in the cheapest plan. */
  private static int[] ends(int[] lengths, int budgetTokens) {
    int count = lengths.length;
    int[] ends = new int[count];
    long[] costs = new long[count + 1];
    Arrays.fill(costs, 0, count, Long.MAX_VALUE);
    for (int start = count - 1; start >= 0; start--) {
      int most = Math.min(Math.max(1, budgetTokens / lengths[start]), count - start);
      for (int size = most; size >= 1; size--) {
        long cost = BATCH_COST_TOKENS + (long) size * lengths[start] + costs[start + size];
        if (cost < costs[start]) {
          costs[start] = cost;
          ends[start] = start + size;
        }
      }
    }
    return ends;
  }
}
