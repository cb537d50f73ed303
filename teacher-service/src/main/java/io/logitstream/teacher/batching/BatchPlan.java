package io.logitstream.teacher.batching;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;

/** Groups sequences of similar length, so that little of a batch is padding. */
public final class BatchPlan {
  private BatchPlan() {}

  /**
   * Batches whose padded size, the longest sequence times their number, stays within a budget; a
   * sequence that alone is larger makes a batch of its own. Equal input gives equal batches.
   *
   * @param length positions of a sequence
   * @param budgetTokens the most padded tokens of a batch
   */
  public static <T> List<List<T>> of(List<T> sequences, ToIntFunction<T> length, int budgetTokens) {
    List<T> longestFirst = new ArrayList<>(sequences);
    longestFirst.sort(Comparator.comparingInt(length).reversed());
    List<List<T>> batches = new ArrayList<>();
    List<T> batch = new ArrayList<>();
    for (T sequence : longestFirst) {
      if (!batch.isEmpty()
          && (batch.size() + 1L) * length.applyAsInt(batch.get(0)) > budgetTokens) {
        batches.add(batch);
        batch = new ArrayList<>();
      }
      batch.add(sequence);
    }
    if (!batch.isEmpty()) {
      batches.add(batch);
    }
    return batches;
  }
}
