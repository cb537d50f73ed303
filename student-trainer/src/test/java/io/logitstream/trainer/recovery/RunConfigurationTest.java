package io.logitstream.trainer.recovery;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RunConfigurationTest {
  private static final CheckpointManifest STARTED = new CheckpointManifest();

  static {
    STARTED.setRun("run");
    STARTED.setConfiguration(Map.of("train.seed", "1", "optimizer.learning-rate", "0.001"));
  }

  @Test
  void theSameSettingsGoOn() {
    assertThatCode(() -> check(Map.of("train.seed", "1", "optimizer.learning-rate", "0.001")))
        .doesNotThrowAnyException();
  }

  @Test
  void aChangedSettingIsRefusedWithBothValues() {
    assertThatThrownBy(() -> check(Map.of("train.seed", "2", "optimizer.learning-rate", "0.001")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("train.seed is 2, and run run was started with 1");
  }

  @Test
  void aSettingThatTheRunWasStartedWithoutIsRefused() {
    assertThatThrownBy(
            () ->
                check(
                    Map.of(
                        "train.seed", "1",
                        "optimizer.learning-rate", "0.001",
                        "optimizer.decay", "LINEAR")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("optimizer.decay is LINEAR, and run run was started without it");
  }

  private static void check(Map<String, String> settings) {
    new RunConfiguration(settings).checkAgainst(STARTED);
  }
}
