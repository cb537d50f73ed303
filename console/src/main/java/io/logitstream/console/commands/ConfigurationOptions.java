package io.logitstream.console.commands;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.KafkaSettings;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a command's settings come from. Mixed into every command that has some. */
@SuppressWarnings("NullAway.Init") // picocli sets what is annotated before it runs a command
final class ConfigurationOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = {"-c", "--config"},
      paramLabel = "FILE",
      description = "Read settings from a .properties file ('logitstream config' lists them all).")
  private @Nullable Path file;

  @Option(
      names = "--set",
      paramLabel = "NAME=VALUE",
      mapFallbackValue = "",
      description = "Set one setting. Goes before the environment, and that before the file.")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Option(
      names = "--print-config",
      description = "Print the settings that the command would run with, and end.")
  private boolean printOnly;

  @Mixin private KafkaOptions kafka;

  /** Whether the command line sets a setting by its name. */
  boolean isSet(String name) {
    return overrides.containsKey(name);
  }

  /**
   * Reads all layers.
   *
   * @param shortcuts settings that the command has options of its own for, as given
   * @param used the settings that the command reads: the required ones must have a value
   */
  Configuration load(Map<String, String> shortcuts, List<Setting<?>> used) {
    return load(Map.of(), shortcuts, Map.of(), used);
  }

  /**
   * Reads all layers.
   *
   * @param defaults what the command has otherwise than the settings' own defaults
   * @param fixed what nothing may change
   */
  Configuration load(
      Map<String, String> defaults,
      Map<String, String> shortcuts,
      Map<String, String> fixed,
      List<Setting<?>> used) {
    Map<String, String> all = new LinkedHashMap<>(kafka.overrides());
    all.putAll(shortcuts);
    all.putAll(overrides);
    all.putAll(fixed);
    LogitstreamCommand root = (LogitstreamCommand) spec.root().userObject();
    Configuration configuration =
        Configuration.load(
            AllSettings.known(),
            used,
            new ConfigurationLayers(defaults, Optional.ofNullable(file), root.environment(), all));
    KafkaSettings settings = KafkaSettings.from(configuration);
    root.looksFor(settings);
    TokenEndpoints.allow(settings);
    if (printOnly) {
      print(configuration, used);
      throw new ConfigurationPrinted();
    }
    return configuration;
  }

  /** What the command reads, its connections, and what passes through to clients of others. */
  private void print(Configuration configuration, List<Setting<?>> used) {
    PrintWriter out = spec.commandLine().getOut();
    Map<String, String> origins = configuration.origins();
    Set<String> known = new HashSet<>();
    AllSettings.known().forEach(setting -> known.add(setting.name()));
    Set<String> read = new HashSet<>();
    used.forEach(setting -> read.add(setting.name()));
    KafkaSettings.SETTINGS.forEach(setting -> read.add(setting.name()));
    configuration
        .printable()
        .forEach(
            (name, value) -> {
              if (read.contains(name) || !known.contains(name)) {
                out.printf("%s=%s  # from %s%n", name, value, origins.getOrDefault(name, ""));
              }
            });
    out.flush();
  }

  /** As {@link #loadToAsk(Map, List)}, for a command that reads its connections alone. */
  Configuration loadToAsk() {
    return loadToAsk(Map.of(), KafkaSettings.SETTINGS);
  }

  /**
   * As {@link #load(Map, List)}, for a command that asks Kafka and ends: people are told if it does
   * not answer. Services tell by themselves.
   */
  Configuration loadToAsk(Map<String, String> shortcuts, List<Setting<?>> used) {
    Configuration configuration = load(shortcuts, used);
    BrokerNotice.watch(
        KafkaSettings.from(configuration).bootstrapServers(),
        BrokerNotice.PATIENCE,
        spec.commandLine().getErr());
    return configuration;
  }
}
