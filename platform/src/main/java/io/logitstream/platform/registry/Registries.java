package io.logitstream.platform.registry;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Closes registry clients. */
final class Registries {
  private Registries() {}

  static void close(SchemaRegistryClient registry) {
    try {
      registry.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
