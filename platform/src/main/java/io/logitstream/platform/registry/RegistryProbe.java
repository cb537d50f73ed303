package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Asks the schema registry for the versions of a subject, whether there are any or not. */
public final class RegistryProbe implements AutoCloseable {
  private static final int NOT_FOUND = 404;

  private final KafkaSettings settings;
  private final SchemaRegistryClient registry;

  /**
   * @param within how long a connection, and then an answer, may take
   */
  public RegistryProbe(KafkaSettings settings, Duration within) {
    this.settings = settings;
    Map<String, String> brief = new HashMap<>(settings.registryClient());
    brief.put("http.connect.timeout.ms", Long.toString(within.toMillis()));
    brief.put("http.read.timeout.ms", Long.toString(within.toMillis()));
    brief.put("max.retries", "0");
    registry =
        RegistryClients.client(
            new KafkaSettings(
                settings.bootstrapServers(),
                settings.registryUrl(),
                settings.topicPrefix(),
                settings.autoRegisterSchemas(),
                settings.passThrough(),
                brief));
  }

  /**
   * Asks.
   *
   * @throws IOException if it does not answer
   * @throws RestClientException if it refuses
   */
  public void ask() throws IOException, RestClientException {
    try {
      registry.getAllVersions(Topic.PROMPTS.named(settings.topicPrefix()) + "-value");
    } catch (RestClientException e) {
      if (e.getStatus() != NOT_FOUND) {
        throw e;
      }
    }
  }

  @Override
  public void close() {
    Registries.close(registry);
  }
}
