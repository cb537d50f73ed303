package io.logitstream.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

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
  void aBatchHoldsAsManyAsTheBudgetAllows(
      @ForAll List<@IntRange(min = 1, max = 300) Integer> lengths,
      @ForAll @IntRange(min = 1, max = 2_000) int budgetTokens) {
    List<List<Integer>> batches = BatchPlan.of(lengths, Integer::intValue, budgetTokens);
    for (int index = 0; index + 1 < batches.size(); index++) {
      List<Integer> batch = batches.get(index);
      assertThat((batch.size() + 1) * batch.get(0)).isGreaterThan(budgetTokens);
    }
  }
}
