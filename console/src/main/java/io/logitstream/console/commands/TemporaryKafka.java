package io.logitstream.console.commands;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A broker and a registry in this process, whose temporary folder goes when it is closed. */
final class TemporaryKafka implements AutoCloseable {
  private final Path folder;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  private TemporaryKafka(Path folder, EmbeddedBroker broker, EmbeddedRegistry registry) {
    this.folder = folder;
    this.broker = broker;
    this.registry = registry;
  }

  static TemporaryKafka start() throws IOException {
    Path folder = Files.createTempDirectory("logitstream-bench");
    EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
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

  @Override
  public void close() throws IOException {
    registry.close();
    broker.close();
    try (Stream<Path> files = Files.walk(folder)) {
      List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : deepestFirst) {
        Files.delete(file);
      }
    }
  }
}
