package io.logitstream.console.commands;

import io.logitstream.embedded.EmbeddedKafka;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import java.util.Map;

/** A temporary broker and registry for a benchmark, and how to reach them. */
final class BenchKafka implements AutoCloseable {
  private final EmbeddedKafka kafka;

  private BenchKafka(EmbeddedKafka kafka) {
    this.kafka = kafka;
  }

  static BenchKafka start() {
    return new BenchKafka(EmbeddedKafka.temporary("logitstream-bench"));
  }

  /** Where both are, as settings by name. */
  Map<String, String> addresses() {
    return Map.of(
        "kafka.bootstrap.servers", kafka.bootstrapServers(), "registry.url", kafka.registryUrl());
  }

  /** Clients of both. */
  KafkaClients clients() {
    return new KafkaClients(
        new KafkaSettings(kafka.bootstrapServers(), kafka.registryUrl(), "", true, Map.of()),
        "bench");
  }

  @Override
  public void close() {
    kafka.close();
  }
}
