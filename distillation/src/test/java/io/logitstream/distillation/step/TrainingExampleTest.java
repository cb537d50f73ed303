package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.example;
import static io.logitstream.distillation.Fixtures.full;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.logits.Labels;
import io.logitstream.schemas.LogitsEncoding;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TrainingExampleTest {
  private static final int[] TOKENS = {1, 2, 3, 4};

  @Test
  void counts_positions_not_tokens() {
    TrainingExample example = labels(TOKENS, 1, range(0, 1), range(2, 3));
    assertThat(example.inputLength()).isEqualTo(3);
    assertThat(example.trainedPositions()).isEqualTo(2);
    assertThat(example.encoding()).isEqualTo(LogitsEncoding.LABELS);
  }

  @Test
  void ranges_that_overlap_or_leave_the_sequence_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> labels(TOKENS, 1, range(0, 2), range(1, 3)));
    assertThatIllegalArgumentException().isThrownBy(() -> labels(TOKENS, 1, range(0, 4)));
    assertThatIllegalArgumentException().isThrownBy(() -> labels(TOKENS, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> range(2, 2));
    assertThatIllegalArgumentException().isThrownBy(() -> range(-1, 2));
  }

  @Test
  void as_many_rows_as_trained_positions_are_demanded() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                example(full(new Random(1), TOKENS, 2), 1, 1, OptionalDouble.empty(), range(0, 3)))
        .withMessageContaining("2 rows");
  }

  @Test
  void weights_and_temperatures_out_of_range_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> labels(TOKENS, -1, range(0, 3)));
    assertThatIllegalArgumentException().isThrownBy(() -> labels(TOKENS, Double.NaN, range(0, 3)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> example(new Labels(TOKENS), 1, 0, OptionalDouble.empty(), range(0, 3)));
  }
}
