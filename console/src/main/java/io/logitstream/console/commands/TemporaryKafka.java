package io.logitstream.console.commands;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import java.io.IOException;
import java.util.Map;

/** A broker and a registry in this process, whose temporary folder goes when it is closed. */
final class TemporaryKafka implements AutoCloseable {
  private final TemporaryFolder folder;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  private TemporaryKafka(TemporaryFolder folder, EmbeddedBroker broker, EmbeddedRegistry registry) {
    this.folder = folder;
    this.broker = broker;
    this.registry = registry;
  }

  static TemporaryKafka start() throws IOException {
    TemporaryFolder folder = TemporaryFolder.create("logitstream-bench");
    EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder.path(), 0));
    try {
      return new TemporaryKafka(
          folder, broker, EmbeddedRegistry.start(broker.bootstrapServers(), 0));
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Where both are, as settings by name. */
  Map<String, String> addresses() {
    return Map.of(
        "kafka.bootstrap.servers", broker.bootstrapServers(), "registry.url", registry.url());
  }

  /** Clients of both. */
  KafkaClients clients() {
    return new KafkaClients(
        new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of()), "bench");
  }

  @Override
  public void close() throws IOException {
    registry.close();
    broker.close();
    folder.close();
  }
}
