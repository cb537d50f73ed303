package io.logitstream.distillation.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
  private static final LearningRateSchedule SCHEDULE = LearningRateSchedule.constant(1, 0);

  @Test
  void only_gradients_over_the_norm_are_clipped() {
    OptimizerSettings settings = OptimizerSettings.of(SCHEDULE);
    assertThat(settings.clipFactor(0.5)).isEqualTo(1);
    assertThat(settings.clipFactor(4)).isEqualTo(0.25);
    assertThat(new OptimizerSettings(SCHEDULE, 0.9, 0.9, 1e-8, 0, 0).clipFactor(4)).isEqualTo(1);
  }

  @Test
  void values_out_of_range_are_refused_by_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerSettings(SCHEDULE, 0.9, 1, 1e-8, 0, 0))
        .withMessageContaining("beta2 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerSettings(SCHEDULE, 0.9, 0.9, 1e-8, Double.NaN, 0))
        .withMessageContaining("weight decay");
  }
}
