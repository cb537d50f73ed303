package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.Reasons;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.trust.TrustedSchemas;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes Confluent's registry client and the settings of its serdes, with bounded waits. */
final class RegistryClients {
  private static final int CACHED_SCHEMAS = 1000;

  static {
    TrustedSchemas.trust();
  }

  private RegistryClients() {}

  /**
   * Makes a client.
   *
   * @throws LogitstreamException CONFIGURATION if its settings allow none: a trust store that
   *     cannot be read, say
   */
  static SchemaRegistryClient client(KafkaSettings settings) {
    try {
      return SchemaRegistryClientFactory.newClient(
          Arrays.stream(settings.registryUrl().split(",")).map(String::strip).toList(),
          CACHED_SCHEMAS,
          List.of(new AvroSchemaProvider()),
          config(settings),
          Map.of());
    } catch (RuntimeException e) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "no client of the schema registry can be made of registry.url and registry.client.…: "
              + Reasons.of(e),
          e);
    }
  }

  static Map<String, Object> config(KafkaSettings settings) {
    Map<String, Object> config = new HashMap<>();
    config.put("schema.registry.url", settings.registryUrl());
    config.put("auto.register.schemas", settings.autoRegisterSchemas());
    // The generated classes ask for Java strings by a property that means nothing to others.
    config.put("avro.remove.java.properties", true);
    config.put("http.connect.timeout.ms", 5_000);
    config.put("http.read.timeout.ms", 15_000);
    config.put("max.retries", 2);
    config.put("retries.wait.ms", 200);
    config.put("retries.max.wait.ms", 1_000);
    // Confluent's client itself takes any certificate of a trusted signer, whatever host it is for.
    config.put("schema.registry.ssl.endpoint.identification.algorithm", "https");
    config.putAll(settings.registryClient());
    return config;
  }
}
