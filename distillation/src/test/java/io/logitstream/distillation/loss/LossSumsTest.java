package io.logitstream.distillation.loss;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LossSumsTest {
  @Test
  void means_are_over_what_each_sum_is_over() {
    LossSums sums = new LossSums(3, 1.5, 6, 9, 2, 1).plus(new LossSums(1, 0.5, 2, 3, 0, 0));
    assertThat(sums.meanObjective()).isEqualTo(4);
    assertThat(sums.meanCrossEntropy()).isEqualTo(3);
    assertThat(sums.meanForwardKl()).hasValue(0.5);
  }

  @Test
  void means_over_nothing_are_no_numbers_out_of_range() {
    assertThat(LossSums.ZERO.meanObjective()).isZero();
    assertThat(LossSums.ZERO.meanCrossEntropy()).isZero();
    assertThat(LossSums.ZERO.meanForwardKl()).isEmpty();
  }
}
