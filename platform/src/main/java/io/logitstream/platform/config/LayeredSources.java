package io.logitstream.platform.config;

import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import io.smallrye.config.common.MapBackedConfigSource;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The layers as sources of SmallRye Config, which knows where each value comes from. Its discovery,
 * interceptors and expressions stay off: a password may contain <code>${</code>, and nothing but
 * the named layers may decide.
 */
final class LayeredSources {
  private static final String DOTTED_FILE = ".file";

  private LayeredSources() {}

  /** Opens the layers; what cannot be read is added to the problems. */
  static SmallRyeConfig open(
      Collection<Setting<?>> known, ConfigurationLayers layers, List<String> problems) {
    Set<String> secrets =
        known.stream().filter(Setting::isSecret).map(Setting::name).collect(Collectors.toSet());
    List<Layer> sources = new ArrayList<>();
    layer(layers.commandDefaults(), "the command's defaults", 100, secrets, problems, sources);
    layer(
        environment(known, layers.environment(), problems),
        "the environment",
        300,
        secrets,
        problems,
        sources);
    layer(layers.overrides(), "--set", 400, secrets, problems, sources);
    layers
        .file()
        .ifPresent(
            path ->
                layer(file(path, problems), "the file " + path, 200, secrets, problems, sources));
    return new SmallRyeConfigBuilder().withSources(sources.toArray(Layer[]::new)).build();
  }

  private static void layer(
      Map<String, String> values,
      String name,
      int ordinal,
      Set<String> secrets,
      List<String> problems,
      List<Layer> sources) {
    sources.add(new Layer(SecretFiles.resolve(values, secrets, name, problems), name, ordinal));
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
    for (Setting<?> setting : known) {
      names.put(setting.environmentVariable(), setting.name());
      if (setting.isSecret()) {
        names.put(setting.environmentVariable() + "_FILE", setting.name() + SecretFiles.SUFFIX);
      }
    }
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
          } else if (isSecretFile(dotted)) {
            values.put(
                dotted.substring(0, dotted.length() - DOTTED_FILE.length()) + SecretFiles.SUFFIX,
                value);
          } else if (PassThrough.covers(dotted)) {
            values.put(dotted, value);
          } else {
            problems.add(UnknownNames.environmentProblem(variable, names.keySet()));
          }
        });
    return values;
  }

  /** Variables have no hyphens: LOGITSTREAM_KAFKA_SSL_KEY_PASSWORD_FILE. */
  private static boolean isSecretFile(String dotted) {
    String secret = dotted.substring(0, Math.max(0, dotted.length() - DOTTED_FILE.length()));
    return dotted.endsWith(DOTTED_FILE)
        && PassThrough.covers(secret)
        && PassThrough.isSecret(secret);
  }

  /** A layer under the name that messages call it by. */
  private static final class Layer extends MapBackedConfigSource {
    private static final long serialVersionUID = 1L;

    Layer(Map<String, String> values, String name, int ordinal) {
      super(name, values, ordinal);
    }
  }
}
