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
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MicroBatchPlanTest {
  @Test
  void long_sequences_come_first_and_equal_ones_in_their_order() {
    assertThat(MicroBatchPlan.FILLED.of(ofLengths(3, 9, 5, 9, 3), 18))
        .containsExactly(List.of(1, 3), List.of(2, 0, 4));
  }

  @Test
  void padding_counts_against_the_budget() {
    assertThat(MicroBatchPlan.FILLED.of(ofLengths(10, 1, 1, 1), 29))
        .containsExactly(List.of(0, 1), List.of(2, 3));
  }

  @Test
  void whole_distributions_stand_in_micro_batches_of_their_own() {
    List<TrainingExample> examples = new ArrayList<>(ofLengths(4, 4));
    int[] tokens = tokens(new Random(1), 5);
    examples.add(
        0, example(full(new Random(1), tokens, 4), 1, 1, OptionalDouble.empty(), range(0, 4)));
    assertThat(MicroBatchPlan.FILLED.of(examples, 1000)).containsExactly(List.of(1, 2), List.of(0));
  }

  @Test
  void only_rows_of_as_many_ids_stand_together() {
    int[] tokens = tokens(new Random(1), 5);
    List<TrainingExample> examples = new ArrayList<>();
    for (int k : new int[] {3, 2, 3}) {
      examples.add(
          example(topK(new Random(1), tokens, 4, k), 1, 1, OptionalDouble.empty(), range(0, 4)));
    }
    assertThat(MicroBatchPlan.FILLED.of(examples, 1000)).containsExactly(List.of(1), List.of(0, 2));
  }

  @Test
  void nothing_needs_no_micro_batch() {
    assertThat(MicroBatchPlan.FILLED.of(List.of(), 10)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    // Another micro-batch takes the time of 96 positions: these save 98, 96 and 94.
    "400, 302, 1",
    "400, 304, 0",
    "400, 306, 0",
  })
  void padding_is_left_out_where_that_is_more_than_a_start(int first, int second, int cuts) {
    assertThat(MicroBatchPlan.LEAST_WORK.of(ofLengths(first, second), 1000)).hasSize(cuts + 1);
  }

  /** What a plan does is part of a run's bytes: it must never change. */
  @Test
  void a_plan_of_least_work_stays_what_it_is() {
    List<TrainingExample> examples =
        new ArrayList<>(ofLengths(256, 65, 256, 150, 256, 32, 199, 120, 256, 8));
    int[] tokens = tokens(new Random(1), 201);
    examples.add(
        3,
        example(topK(new Random(1), tokens, 200, 2), 1, 1, OptionalDouble.empty(), range(0, 200)));

    assertThat(MicroBatchPlan.LEAST_WORK.of(examples, 768))
        .containsExactly(
            List.of(0, 2), List.of(5, 9, 7), List.of(4, 8), List.of(1, 6, 10), List.of(3));
  }

  @Test
  void least_work_is_found_among_all_cuts() {
    Random random = new Random(5);
    for (int round = 0; round < 200; round++) {
      int[] lengths = random.ints(1 + random.nextInt(9), 1, 300).toArray();
      int budget = 200 + random.nextInt(1500);
      List<TrainingExample> examples = ofLengths(lengths);

      List<List<Integer>> plan = MicroBatchPlan.LEAST_WORK.of(examples, budget);

      assertThat(plan.stream().flatMap(List::stream).toList())
          .isEqualTo(
              MicroBatchPlan.FILLED.of(examples, budget).stream().flatMap(List::stream).toList());
      assertThat(work(plan, lengths, budget))
          .isEqualTo(leastWork(IntStream.of(lengths).sorted().toArray(), lengths.length, budget));
    }
  }

  private static long work(List<List<Integer>> plan, int[] lengths, int budget) {
    return plan.stream()
        .mapToLong(
            batch -> {
              long positions = (long) batch.size() * lengths[batch.get(0)];
              assertThat(batch.size() == 1 || positions <= budget).isTrue();
              return positions + 96;
            })
        .sum();
  }

  /** By trying every length of the first micro-batch, and of those after it. */
  private static long leastWork(int[] shortestFirst, int count, int budget) {
    long least = count == 0 ? 0 : Long.MAX_VALUE;
    for (int first = 1; first <= count; first++) {
      long positions = (long) first * shortestFirst[count - 1];
      if (first == 1 || positions <= budget) {
        least = Math.min(least, positions + 96 + leastWork(shortestFirst, count - first, budget));
      }
    }
    return least;
  }

  private static List<TrainingExample> ofLengths(int... lengths) {
    List<TrainingExample> examples = new ArrayList<>();
    for (int length : lengths) {
      examples.add(labels(tokens(new Random(length), length + 1), 1, range(0, length)));
    }
    return examples;
  }
}
