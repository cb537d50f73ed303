package io.logitstream.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class BatchPlanPropertiesTest {
  @Property
  void everySequenceIsInOneBatchAndPaddedBatchesKeepTheBudget(
      @ForAll List<@IntRange(min = 1, max = 300) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 2_000) int budgetTokens) {
    List<List<Integer>> batches = BatchPlan.of(lengths, Integer::intValue, budgetTokens);
    assertThat(batches.stream().flatMap(List::stream).toList())
        .containsExactlyInAnyOrderElementsOf(lengths);
    for (List<Integer> batch : batches) {
      int longest = batch.stream().mapToInt(Integer::intValue).max().orElseThrow();
      assertThat(batch.size() == 1 || batch.size() * longest <= budgetTokens).isTrue();
    }
  }

  @Property
  void noOtherCutsOfTheSortedSequencesCostLess(
      @ForAll @Size(max = 8) List<@IntRange(min = 1, max = 300) Integer> lengths,
      @ForAll @IntRange(min = 300, max = 2_000) int budgetTokens) {
    List<Integer> sorted = lengths.stream().sorted(Comparator.reverseOrder()).toList();
    long least = Long.MAX_VALUE;
    for (int cuts = 0; cuts < 1 << Math.max(0, sorted.size() - 1); cuts++) {
      least = Math.min(least, cost(cut(sorted, cuts), budgetTokens));
    }
    assertThat(cost(BatchPlan.of(lengths, Integer::intValue, budgetTokens), budgetTokens))
        .isEqualTo(least);
  }

  /** Bit i of the cuts ends a batch behind sequence i. */
  private static List<List<Integer>> cut(List<Integer> sorted, int cuts) {
    List<List<Integer>> batches = new ArrayList<>();
    int start = 0;
    for (int end = 1; end <= sorted.size(); end++) {
      if (end == sorted.size() || (cuts >> (end - 1) & 1) == 1) {
        batches.add(sorted.subList(start, end));
        start = end;
      }
    }
    return batches;
  }

  private static long cost(List<List<Integer>> batches, int budgetTokens) {
    long cost = 0;
    for (List<Integer> batch : batches) {
      long padded = (long) batch.size() * batch.get(0);
      if (padded > budgetTokens) {
        return Long.MAX_VALUE;
      }
      cost += padded + BatchPlan.BATCH_COST_TOKENS;
    }
    return cost;
  }
}
