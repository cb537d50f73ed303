package io.logitstream.platform.config;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where values come from, weakest first: the settings' own defaults, a command's defaults, the
 * file, the environment, the command line.
 *
 * @param commandDefaults defaults of the command that runs, by setting name
 * @param file a {@code .properties} file in UTF-8
 * @param environment the process's environment; of it only variables that start with {@code
 *     LOGITSTREAM_} are read
 * @param overrides {@code --set NAME=VALUE}, by setting name
 */
public record ConfigurationLayers(
    Map<String, String> commandDefaults,
    Optional<Path> file,
    Map<String, String> environment,
    Map<String, String> overrides) {

  public ConfigurationLayers {
    commandDefaults = Map.copyOf(commandDefaults);
    environment = Map.copyOf(environment);
    overrides = Map.copyOf(overrides);
  }

  /** No layer but the settings' defaults. */
  public static ConfigurationLayers none() {
    return new ConfigurationLayers(Map.of(), Optional.empty(), Map.of(), Map.of());
  }

  /** Overrides alone. */
  public static ConfigurationLayers of(Map<String, String> overrides) {
    return new ConfigurationLayers(Map.of(), Optional.empty(), Map.of(), overrides);
  }

  /** These layers without what environments and secrets print. */
  @Override
  public String toString() {
    return "ConfigurationLayers[file=%s, overrides=%s]".formatted(file, overrides.keySet());
  }
}
