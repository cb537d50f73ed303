package io.logitstream.trainer.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.SettingsChangedEntry;
import java.util.Map;
import java.util.Set;
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

  @Test
  void aSettingThatMayChangeIsToldWithBothValues() {
    RunConfiguration now =
        new RunConfiguration(Map.of("train.seed", "1", "optimizer.decay", "LINEAR"));

    SettingsChangedEntry change =
        now.changesSince(STARTED, Set.of("optimizer.learning-rate", "optimizer.decay"))
            .orElseThrow();

    assertThat(change.getBefore()).containsExactly(Map.entry("optimizer.learning-rate", "0.001"));
    assertThat(change.getAfter()).containsExactly(Map.entry("optimizer.decay", "LINEAR"));
    assertThat(new RunConfiguration(STARTED.getConfiguration()).after(change)).contains(now);
  }

  @Test
  void aChangeOfOtherValuesIsNoneOfTheConfiguration() {
    SettingsChangedEntry change = new SettingsChangedEntry(Map.of("train.seed", "7"), Map.of());

    assertThat(new RunConfiguration(STARTED.getConfiguration()).after(change)).isEmpty();
  }

  private static void check(Map<String, String> settings) {
    assertThat(new RunConfiguration(settings).changesSince(STARTED, Set.of())).isEmpty();
  }
}
