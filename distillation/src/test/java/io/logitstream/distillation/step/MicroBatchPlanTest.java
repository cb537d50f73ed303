package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.example;
import static io.logitstream.distillation.Fixtures.full;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.topK;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MicroBatchPlanTest {
  @Test
  void long_sequences_come_first_and_equal_ones_in_their_order() {
    assertThat(MicroBatchPlan.of(ofLengths(3, 9, 5, 9, 3), 18))
        .containsExactly(List.of(1, 3), List.of(2, 0, 4));
  }

  @Test
  void padding_counts_against_the_budget() {
    assertThat(MicroBatchPlan.of(ofLengths(10, 1, 1, 1), 29))
        .containsExactly(List.of(0, 1), List.of(2, 3));
  }

  @Test
  void whole_distributions_stand_in_micro_batches_of_their_own() {
    List<TrainingExample> examples = new ArrayList<>(ofLengths(4, 4));
    int[] tokens = tokens(new Random(1), 5);
    examples.add(
        0, example(full(new Random(1), tokens, 4), 1, 1, OptionalDouble.empty(), range(0, 4)));
    assertThat(MicroBatchPlan.of(examples, 1000)).containsExactly(List.of(1, 2), List.of(0));
  }

  @Test
  void only_rows_of_as_many_ids_stand_together() {
    int[] tokens = tokens(new Random(1), 5);
    List<TrainingExample> examples = new ArrayList<>();
    for (int k : new int[] {3, 2, 3}) {
      examples.add(
          example(topK(new Random(1), tokens, 4, k), 1, 1, OptionalDouble.empty(), range(0, 4)));
    }
    assertThat(MicroBatchPlan.of(examples, 1000)).containsExactly(List.of(1), List.of(0, 2));
  }

  @Test
  void nothing_needs_no_micro_batch() {
    assertThat(MicroBatchPlan.of(List.of(), 10)).isEmpty();
  }

  private static List<TrainingExample> ofLengths(int... lengths) {
    List<TrainingExample> examples = new ArrayList<>();
    for (int length : lengths) {
      examples.add(labels(tokens(new Random(length), length + 1), 1, range(0, length)));
    }
    return examples;
  }
}
