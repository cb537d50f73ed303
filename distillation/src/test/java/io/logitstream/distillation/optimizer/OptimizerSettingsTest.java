package io.logitstream.distillation.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class OptimizerSettingsTest {
  @Test
  void the_rate_warms_up_linearly_and_stays() {
    OptimizerSettings settings = OptimizerSettings.of(8, 4);
    assertThat(settings.learningRateAt(1)).isEqualTo(2);
    assertThat(settings.learningRateAt(3)).isEqualTo(6);
    assertThat(settings.learningRateAt(4)).isEqualTo(8);
    assertThat(settings.learningRateAt(1000)).isEqualTo(8);
    assertThat(OptimizerSettings.of(8, 0).learningRateAt(1)).isEqualTo(8);
  }

  @Test
  void only_gradients_over_the_norm_are_clipped() {
    OptimizerSettings settings = OptimizerSettings.of(1, 0);
    assertThat(settings.clipFactor(0.5)).isEqualTo(1);
    assertThat(settings.clipFactor(4)).isEqualTo(0.25);
    assertThat(new OptimizerSettings(1, 0, 0.9, 0.9, 1e-8, 0, 0).clipFactor(4)).isEqualTo(1);
  }

  @Test
  void values_out_of_range_are_refused_by_name() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> OptimizerSettings.of(0, 0))
        .withMessageContaining("learning rate 0.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerSettings(1, 0, 0.9, 1, 1e-8, 0, 0))
        .withMessageContaining("beta2 1.0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerSettings(1, -1, 0.9, 0.9, 1e-8, 0, 0))
        .withMessageContaining("warm-up");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new OptimizerSettings(1, 0, 0.9, 0.9, 1e-8, Double.NaN, 0))
        .withMessageContaining("weight decay");
  }
}
