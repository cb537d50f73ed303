package io.logitstream.producer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.producer.intake.IntakeSettings;
import io.logitstream.producer.source.SourceSettings;
import java.util.ArrayList;
import java.util.List;

/**
 * All that a producer is told.
 *
 * @param promptsPerSecond mean rate; 0 for as fast as it goes
 */
public record ProducerSettings(
    SourceSettings source,
    double promptsPerSecond,
    IntakeSettings intake,
    KafkaSettings kafka,
    TopicSettings topics) {
  /** Of sources of files alone: what is offered is taken as fast as it comes. */
  public static final Setting<Double> PROMPTS_PER_SECOND =
      Setting.decimal(
          "pacing.prompts-per-second",
          0,
          0,
          1_000_000,
          "Mean rate of the prompts from files; 0 for as fast as they are taken.");

  /** The settings of this record, those of Kafka and of the topics among them. */
  public static final List<Setting<?>> SETTINGS = settings();

  /** Checks the rate. */
  public ProducerSettings {
    if (!(promptsPerSecond >= 0)) {
      throw new IllegalArgumentException(
          "%s prompts per second, expected 0 or more".formatted(promptsPerSecond));
    }
  }

  /**
   * Reads the settings.
   *
   * @throws ConfigurationException if they do not fit each other
   */
  public static ProducerSettings from(Configuration configuration) {
    try {
      return new ProducerSettings(
          SourceOptions.read(configuration),
          configuration.get(PROMPTS_PER_SECOND),
          IntakeOptions.read(configuration),
          KafkaSettings.from(configuration),
          TopicSettings.from(configuration));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()));
    }
  }

  private static List<Setting<?>> settings() {
    List<Setting<?>> settings = new ArrayList<>(SourceOptions.SETTINGS);
    settings.add(PROMPTS_PER_SECOND);
    settings.addAll(IntakeOptions.SETTINGS);
    settings.addAll(KafkaSettings.SETTINGS);
    settings.addAll(TopicSettings.SETTINGS);
    return List.copyOf(settings);
  }
}
