package io.logitstream.platform.kafka;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where Kafka and the registry are, and how a pipeline's topics are named there.
 *
 * @param bootstrapServers host:port, separated by commas
 * @param registryUrl URLs of the schema registry, separated by commas
 * @param topicPrefix what the names of the pipeline's topics begin with; empty for none
 * @param autoRegisterSchemas whether serialising registers a schema that the registry lacks
 * @param passThrough settings for every Kafka client; those that begin with {@code producer.},
 *     {@code consumer.} or {@code admin.} for that kind alone
 * @param registryClient settings for the registry's client
 */
public record KafkaSettings(
    String bootstrapServers,
    String registryUrl,
    String topicPrefix,
    boolean autoRegisterSchemas,
    Map<String, String> passThrough,
    Map<String, String> registryClient) {

  private static final Setting<String> BOOTSTRAP_SERVERS =
      Setting.nonEmptyText(
          "kafka.bootstrap.servers",
          "localhost:9092",
          "Kafka brokers to begin with, host:port separated by commas. Any other kafka.NAME is"
              + " handed to the Kafka clients, kafka.consumer.NAME, kafka.producer.NAME and"
              + " kafka.admin.NAME to that kind alone; what exactly-once rests on is refused.");
  private static final Setting<String> REGISTRY_URL =
      Setting.nonEmptyText(
          "registry.url",
          "http://localhost:8081",
          "Schema registry. Any registry.client.NAME is handed to its client.");
  private static final Setting<String> REGISTRY_BASIC_AUTH =
      Setting.text(
              "registry.basic-auth", "", "USER:PASSWORD for the schema registry; empty for none.")
          .asSecret();
  private static final Setting<Boolean> AUTO_REGISTER =
      Setting.flag(
          "registry.auto-register",
          true,
          "Whether a service registers a schema that the registry lacks. Off in production, where"
              + " 'topics create' registers them.");
  private static final Setting<String> TOPIC_PREFIX =
      Setting.text(
          "topics.prefix",
          "",
          "What the names of the pipeline's topics begin with; empty for none.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(BOOTSTRAP_SERVERS, REGISTRY_URL, REGISTRY_BASIC_AUTH, AUTO_REGISTER, TOPIC_PREFIX);

  public KafkaSettings {
    passThrough = Map.copyOf(passThrough);
    registryClient = Map.copyOf(registryClient);
    ClientGuarantees.check(passThrough, Map.of());
  }

  /** Settings with nothing for the registry's client. */
  public KafkaSettings(
      String bootstrapServers,
      String registryUrl,
      String topicPrefix,
      boolean autoRegisterSchemas,
      Map<String, String> passThrough) {
    this(bootstrapServers, registryUrl, topicPrefix, autoRegisterSchemas, passThrough, Map.of());
  }

  /** Reads the settings. */
  public static KafkaSettings from(Configuration configuration) {
    Map<String, String> passThrough = new HashMap<>(configuration.kafka());
    passThrough.remove("bootstrap.servers");
    ClientGuarantees.check(passThrough, configuration.origins());
    requireRegistryUrl(configuration.get(REGISTRY_URL));
    Map<String, String> registryClient = new HashMap<>(configuration.registryClient());
    String basicAuth = configuration.get(REGISTRY_BASIC_AUTH);
    if (!basicAuth.isEmpty()) {
      registryClient.put("basic.auth.credentials.source", "USER_INFO");
      registryClient.put("basic.auth.user.info", basicAuth);
    }
    return new KafkaSettings(
        configuration.get(BOOTSTRAP_SERVERS),
        configuration.get(REGISTRY_URL),
        configuration.get(TOPIC_PREFIX),
        configuration.get(AUTO_REGISTER),
        passThrough,
        registryClient);
  }

  /** A wrong address would be waited for as an absent registry is. */
  private static void requireRegistryUrl(String urls) {
    for (String url : urls.split(",", -1)) {
      if (!url.contains("://")) {
        throw new ConfigurationException(
            "registry.url is '%s', expected http://HOST:PORT or https://HOST:PORT, several of them separated by commas"
                .formatted(urls));
      }
    }
  }

  /** Where and how Kafka and the registry are looked for, as a sentence for messages. */
  public String lookedFor() {
    return "Kafka is looked for at %s (kafka.bootstrap.servers) by %s (kafka.security.protocol), the schema registry at %s (registry.url)"
        .formatted(
            bootstrapServers,
            passThrough.getOrDefault("security.protocol", "PLAINTEXT"),
            registryUrl);
  }

  /** The settings without the values that pass through: these may be secrets. */
  @Override
  public String toString() {
    return "KafkaSettings[bootstrapServers=%s, registryUrl=%s, topicPrefix=%s, autoRegisterSchemas=%s, passThrough=%s, registryClient=%s]"
        .formatted(
            bootstrapServers,
            registryUrl,
            topicPrefix,
            autoRegisterSchemas,
            new TreeMap<>(passThrough).keySet(),
            new TreeMap<>(registryClient).keySet());
  }
}
