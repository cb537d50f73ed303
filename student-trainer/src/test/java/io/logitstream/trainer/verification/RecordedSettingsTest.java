package io.logitstream.trainer.verification;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.trainer.recovery.RunConfiguration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class RecordedSettingsTest {
  @Test
  void aManifestOfBeforeASettingMeansWhatWasDoneThen() {
    Map<String, String> values =
        RecordedSettings.of("r", new RunConfiguration(Map.of())).identity();

    assertThat(values).doesNotContainKey("train.micro-batch-plan");
    assertThat(plan(values)).isEqualTo(MicroBatchPlan.FILLED);
  }

  @Test
  void aManifestSaysHowItsStepsWereCut() {
    assertThat(plan(Map.of("train.micro-batch-plan", "least-work")))
        .isEqualTo(MicroBatchPlan.LEAST_WORK);
  }

  private static MicroBatchPlan plan(Map<String, String> manifest) {
    return RecordedSettings.of("r", new RunConfiguration(new TreeMap<>(manifest)))
        .training()
        .microBatching()
        .plan();
  }
}
