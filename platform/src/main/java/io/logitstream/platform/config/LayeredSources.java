package io.logitstream.platform.config;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.MapBackedConfigSource;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/**
 * The layers as sources of SmallRye Config, which knows where each value comes from. Its discovery,
 * interceptors and expressions stay off: a password may contain <code>${</code>, and nothing but
 * the named layers may decide.
 */
final class LayeredSources {
  private LayeredSources() {}

  /** Opens the layers; what cannot be read is added to the problems. */
  static SmallRyeConfig open(
      Collection<Setting<?>> known, ConfigurationLayers layers, List<String> problems) {
    SmallRyeConfigBuilder builder = new SmallRyeConfigBuilder();
    builder.withSources(
        new Layer(layers.commandDefaults(), "the command's defaults", 100),
        new Layer(environment(known, layers.environment(), problems), "the environment", 300),
        new Layer(layers.overrides(), "--set", 400));
    layers
        .file()
        .ifPresent(
            path -> builder.withSources(new Layer(file(path, problems), "the file " + path, 200)));
    return builder.build();
  }

  private static Map<String, String> file(Path path, List<String> problems) {
    Properties properties = new Properties();
    try (Reader reader = Files.newBufferedReader(path, StandardCharsets.UTF_8)) {
      properties.load(reader);
    } catch (IOException | IllegalArgumentException e) {
      problems.add(
          "the configuration file %s cannot be read (%s), expected a .properties file in UTF-8"
              .formatted(path, e));
    }
    Map<String, String> values = new HashMap<>();
    properties
        .stringPropertyNames()
        .forEach(name -> values.put(name, properties.getProperty(name)));
    return values;
  }

  private static Map<String, String> environment(
      Collection<Setting<?>> known, Map<String, String> environment, List<String> problems) {
    Map<String, String> names = new HashMap<>();
    known.forEach(setting -> names.put(setting.environmentVariable(), setting.name()));
    Map<String, String> values = new HashMap<>();
    environment.forEach(
        (variable, value) -> {
          if (!variable.startsWith(EnvironmentNames.PREFIX)) {
            return;
          }
          String name = names.get(variable);
          String dotted = EnvironmentNames.dotted(variable);
          if (name != null) {
            values.put(name, value);
          } else if (PassThrough.covers(dotted)) {
            values.put(dotted, value);
          } else {
            problems.add(UnknownNames.environmentProblem(variable, names.keySet()));
          }
        });
    return values;
  }

  /** A layer under the name that messages call it by. */
  private static final class Layer extends MapBackedConfigSource {
    private static final long serialVersionUID = 1L;

    Layer(Map<String, String> values, String name, int ordinal) {
      super(name, values, ordinal);
    }
  }
}
