package io.logitstream.distillation.loss;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.schemas.LogitsEncoding;
import org.junit.jupiter.api.Test;

class ObjectiveSettingsTest {
  @Test
  void labels_serve_hard_labels_alone() {
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.LABELS, 1)).isEmpty();
    assertThat(new ObjectiveSettings(0.5).refusal(LogitsEncoding.LABELS, 1))
        .hasValueSatisfying(reason -> assertThat(reason).contains("soft weight 0.5", "LABELS"));
  }

  @Test
  void counts_serve_the_temperature_that_they_were_drawn_at() {
    assertThat(new ObjectiveSettings(1, 2).refusal(LogitsEncoding.SAMPLED, 2)).isEmpty();
    assertThat(new ObjectiveSettings(1, 0.7).refusal(LogitsEncoding.SAMPLED, 0.7f)).isEmpty();
    assertThat(new ObjectiveSettings(1, 2).refusal(LogitsEncoding.SAMPLED, 1)).isPresent();
    assertThat(new ObjectiveSettings(0, 2).refusal(LogitsEncoding.SAMPLED, 1)).isEmpty();
  }

  @Test
  void whole_distributions_serve_every_temperature() {
    assertThat(new ObjectiveSettings(1, 3).refusal(LogitsEncoding.FULL, 1)).isEmpty();
  }

  @Test
  void encodings_that_no_loss_reads_are_refused() {
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.TOP_K, 1)).isPresent();
    assertThat(ObjectiveSettings.hardLabels().refusal(LogitsEncoding.UNKNOWN, 1)).isPresent();
  }

  @Test
  void values_out_of_range_are_refused() {
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(1.1));
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(Double.NaN));
    assertThatIllegalArgumentException().isThrownBy(() -> new ObjectiveSettings(0.5, 0));
  }
}
