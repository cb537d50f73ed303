package io.logitstream.trainer.verification;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.trainer.TrainerSettings;
import io.logitstream.trainer.recovery.RunConfiguration;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.Map;

/** The settings that a run trained with, from what its manifests say of them. */
final class RecordedSettings {
  private RecordedSettings() {}

  static TrainerSettings of(String run, RunConfiguration configuration) {
    Map<String, String> values = TrainingSettings.recorded(configuration.values());
    values.put("run", run);
    // Weights and tokenizer come from the ancestor's artifacts.
    values.put("student.model", ".");
    return TrainerSettings.from(
        Configuration.load(TrainerSettings.SETTINGS, ConfigurationLayers.of(values)));
  }
}
