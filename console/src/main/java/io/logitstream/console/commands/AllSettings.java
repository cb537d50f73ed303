package io.logitstream.console.commands;

import io.logitstream.console.logging.LogSettings;
import io.logitstream.lineage.IndexSettings;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.health.HealthSettings;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.producer.OfferedOptions;
import io.logitstream.producer.ProducerSettings;
import io.logitstream.producer.http.HttpSettings;
import io.logitstream.producer.lines.LinesSettings;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every setting of every service: one file may configure a whole pipeline. */
final class AllSettings {
  private AllSettings() {}

  /** The settings by who reads them, in the order in which data flows. */
  static Map<String, List<Setting<?>>> byReader() {
    Map<String, List<Setting<?>>> settings = new LinkedHashMap<>();
    List<Setting<?>> shared = new ArrayList<>(KafkaSettings.SETTINGS);
    shared.addAll(TopicSettings.SETTINGS);
    settings.put("Kafka and registry (all commands)", KafkaSettings.SETTINGS);
    settings.put("topics", TopicSettings.SETTINGS);
    settings.put("produce", without(shared, ProducerSettings.SETTINGS));
    List<Setting<?>> files = new ArrayList<>(shared);
    files.addAll(ProducerSettings.SETTINGS);
    settings.put("produce --lines and --http", without(files, OfferedOptions.SETTINGS));
    settings.put("produce --lines", LinesSettings.SETTINGS);
    settings.put("produce --http", HttpSettings.SETTINGS);
    settings.put("teach", without(shared, TeacherService.settings()));
    settings.put("train", without(shared, TrainerSettings.SETTINGS));
    settings.put("index, trace, forget", IndexSettings.SETTINGS);
    settings.put("Metrics and health (services)", HealthSettings.SETTINGS);
    settings.put("Log (services)", LogSettings.SETTINGS);
    return settings;
  }

  private static List<Setting<?>> without(List<Setting<?>> shared, List<Setting<?>> all) {
    return all.stream().filter(setting -> !shared.contains(setting)).toList();
  }

  /** The settings as one list. */
  static List<Setting<?>> known() {
    return byReader().values().stream().flatMap(List::stream).distinct().toList();
  }
}
