package io.logitstream.console.commands;

import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.HealthSettings;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every setting of every service: one file may configure a whole pipeline. */
final class AllSettings {
  private AllSettings() {}

  /** The settings by who reads them, in the order in which data flows. */
  static Map<String, List<Setting<?>>> byReader() {
    Map<String, List<Setting<?>>> settings = new LinkedHashMap<>();
    settings.put("Kafka and registry (all commands)", KafkaSettings.SETTINGS);
    settings.put("topics", TopicSettings.SETTINGS);
    settings.put("Metrics and health (services)", HealthSettings.SETTINGS);
    return settings;
  }

  /** The settings as one list. */
  static List<Setting<?>> known() {
    return byReader().values().stream().flatMap(List::stream).distinct().toList();
  }
}
