package io.logitstream.producer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.producer.intake.AcceptanceSettings;
import io.logitstream.producer.intake.OfferedSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** How offered prompts are taken, as it is written in a configuration. */
public final class OfferedOptions {
  private static final Setting<Integer> MAX_PROMPT_BYTES =
      Setting.integer(
          "intake.max-prompt-bytes",
          1 << 20,
          16,
          1_900_000,
          "Most UTF-8 bytes of an offered prompt, attributes included: the topic takes 2 MiB.");
  private static final Setting<Duration> KEYS_FOR =
      Setting.duration(
          "intake.keys-for",
          "24h",
          "How long an idempotency key is kept: offered again meanwhile, it is the same prompt.");
  private static final Setting<Integer> MAX_KEYS =
      Setting.integer(
          "intake.max-keys",
          1_000_000,
          1,
          50_000_000,
          "Most idempotency keys that are kept, about 300 bytes of memory each; further prompts"
              + " with a key are answered 429.");

  /** The settings beside those that sources of files have too. */
  static final List<Setting<?>> OWN = List.of(MAX_PROMPT_BYTES, KEYS_FOR, MAX_KEYS);

  /** Every setting that an intake of offered prompts reads. */
  public static final List<Setting<?>> SETTINGS = settings();

  private OfferedOptions() {}

  /**
   * Reads the settings.
   *
   * @throws ConfigurationException if they do not fit each other
   */
  public static OfferedSettings read(Configuration configuration) {
    try {
      return new OfferedSettings(
          new AcceptanceSettings(
              configuration.get(SourceOptions.NAME),
              configuration.get(SourceOptions.DOMAIN),
              SourceOptions.heldOut(configuration),
              configuration.get(KEYS_FOR),
              configuration.get(MAX_KEYS)),
          IntakeOptions.read(configuration),
          configuration.get(MAX_PROMPT_BYTES),
          KafkaSettings.from(configuration),
          TopicSettings.from(configuration));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(String.valueOf(e.getMessage()));
    }
  }

  private static List<Setting<?>> settings() {
    List<Setting<?>> settings = new ArrayList<>(OWN);
    settings.add(SourceOptions.NAME);
    settings.add(SourceOptions.DOMAIN);
    settings.add(SourceOptions.HELD_OUT);
    settings.addAll(IntakeOptions.SETTINGS);
    settings.addAll(KafkaSettings.SETTINGS);
    settings.addAll(TopicSettings.SETTINGS);
    return List.copyOf(settings);
  }
}
