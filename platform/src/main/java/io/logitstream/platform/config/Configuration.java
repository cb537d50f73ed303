package io.logitstream.platform.config;

import io.smallrye.config.ConfigValue;
import io.smallrye.config.SmallRyeConfig;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a process, read once at its start and checked as a whole.
 *
 * <p>Names that start with {@code kafka.} pass through to the Kafka clients, names that start with
 * {@code registry.client.} to the schema registry's client. Every other name must be a known
 * setting.
 */
public final class Configuration {
  /** What is printed for a secret. */
  public static final String REDACTED = "(hidden)";

  private static final String DEFAULT = "the default";

  private final Map<String, Setting<?>> known;
  private final Map<String, @Nullable Object> values;
  private final Map<String, String> texts;
  private final Map<String, String> origins;

  private Configuration(
      Map<String, Setting<?>> known,
      Map<String, @Nullable Object> values,
      Map<String, String> texts,
      Map<String, String> origins) {
    this.known = known;
    this.values = values;
    this.texts = texts;
    this.origins = origins;
  }

  /**
   * Reads and checks the layers. Required settings that have no value are reported when they are
   * read.
   *
   * @param known all settings that may be given, those of other services too if they share a file
   * @throws ConfigurationException naming every unknown name and every value that is not allowed
   */
  public static Configuration load(Collection<Setting<?>> known, ConfigurationLayers layers) {
    return load(known, List.of(), layers);
  }

  /**
   * Reads and checks the layers.
   *
   * @param known all settings that may be given, those of other services too if they share a file
   * @param used those of them that the process will read: the required ones must have a value
   * @throws ConfigurationException naming every unknown name, every value that is not allowed and
   *     every required setting without a value
   */
  public static Configuration load(
      Collection<Setting<?>> known, Collection<Setting<?>> used, ConfigurationLayers layers) {
    Map<String, Setting<?>> byName = byName(known);
    List<String> problems = new ArrayList<>();
    SmallRyeConfig layered = LayeredSources.open(byName.values(), layers, problems);
    Map<String, @Nullable Object> values = new HashMap<>();
    Map<String, String> texts = new TreeMap<>();
    Map<String, String> origins = new TreeMap<>();
    for (Setting<?> setting : byName.values()) {
      ConfigValue value = layered.getConfigValue(setting.name());
      String text = value.getValue() == null ? setting.defaultOrNull() : value.getValue();
      if (text == null) {
        if (used.contains(setting)) {
          problems.add(missing(setting));
        }
        continue;
      }
      try {
        values.put(setting.name(), setting.parse(text));
        texts.put(setting.name(), text);
        origins.put(
            setting.name(), value.getValue() == null ? DEFAULT : value.getConfigSourceName());
      } catch (IllegalArgumentException e) {
        problems.add(notAllowed(setting, text, value.getConfigSourceName()));
      }
    }
    for (String name : layered.getPropertyNames()) {
      if (byName.containsKey(name)) {
        continue;
      }
      ConfigValue value = layered.getConfigValue(name);
      if (PassThrough.covers(name)) {
        texts.put(name, value.getValue());
        origins.put(name, value.getConfigSourceName());
      } else {
        problems.add(UnknownNames.problem(name, value.getConfigSourceName(), byName.keySet()));
      }
    }
    if (!problems.isEmpty()) {
      throw new ConfigurationException(problems.stream().sorted().toList());
    }
    return new Configuration(byName, values, texts, origins);
  }

  /**
   * The value of a setting.
   *
   * @throws ConfigurationException if it is required and has no value
   * @throws IllegalArgumentException if it was not among the known settings
   */
  @SuppressWarnings("unchecked") // load() stored the value that this setting's own parser made
  public <T> T get(Setting<T> setting) {
    if (known.get(setting.name()) != setting) {
      throw new IllegalArgumentException(
          "setting %s is not among the known settings of this configuration".formatted(setting));
    }
    Object value = values.get(setting.name());
    if (value == null) {
      throw new ConfigurationException(missing(setting));
    }
    return (T) value;
  }

  /** What passes through to the Kafka clients, without the prefix {@code kafka.}. */
  public Map<String, String> kafka() {
    return under(PassThrough.KAFKA);
  }

  /** What passes through to the registry's client, without {@code registry.client.}. */
  public Map<String, String> registryClient() {
    return under(PassThrough.REGISTRY_CLIENT);
  }

  /**
   * Every name with its value as written, defaults included, sorted by name. It holds secrets: see
   * {@link #printable()}.
   */
  public Map<String, String> asMap() {
    return new TreeMap<>(texts);
  }

  /** As {@link #asMap()}, with secrets hidden. */
  public Map<String, String> printable() {
    Map<String, String> printable = new TreeMap<>(texts);
    printable.replaceAll((name, text) -> isSecret(name) ? REDACTED : text);
    return printable;
  }

  /** Where each value comes from, by name: the default, the environment, a file … */
  public Map<String, String> origins() {
    return new TreeMap<>(origins);
  }

  @Override
  public String toString() {
    return "Configuration" + printable();
  }

  private boolean isSecret(String name) {
    Setting<?> setting = known.get(name);
    return setting == null ? PassThrough.isSecret(name) : setting.isSecret();
  }

  private Map<String, String> under(String prefix) {
    Map<String, String> found = new TreeMap<>();
    texts.forEach(
        (name, text) -> {
          if (name.startsWith(prefix)) {
            found.put(name.substring(prefix.length()), text);
          }
        });
    return found;
  }

  private static Map<String, Setting<?>> byName(Collection<Setting<?>> known) {
    Map<String, Setting<?>> byName = new TreeMap<>();
    Map<String, Setting<?>> byVariable = new HashMap<>();
    for (Setting<?> setting : known) {
      Setting<?> other = byVariable.putIfAbsent(setting.environmentVariable(), setting);
      if (other != null && other != setting) {
        throw new IllegalArgumentException(
            "settings %s and %s share the environment variable %s"
                .formatted(setting, other, setting.environmentVariable()));
      }
      byName.put(setting.name(), setting);
    }
    return byName;
  }

  private static String missing(Setting<?> setting) {
    return "%s has no value: set it in the file, as %s or with --set %s=…; expected %s (%s)"
        .formatted(
            setting.name(),
            setting.environmentVariable(),
            setting.name(),
            setting.allowed(),
            setting.documentation());
  }

  private static String notAllowed(Setting<?> setting, String text, @Nullable String origin) {
    return "%s is '%s' (from %s), expected %s"
        .formatted(setting.name(), setting.isSecret() ? REDACTED : text, origin, setting.allowed());
  }
}
