package io.logitstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;

/** A broker and a registry in this process, whose folder goes when they are closed. */
public final class TemporaryKafka implements AutoCloseable {
  private final Path folder;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  private TemporaryKafka(Path folder, EmbeddedBroker broker, EmbeddedRegistry registry) {
    this.folder = folder;
    this.broker = broker;
    this.registry = registry;
  }

  /**
   * Starts both on free ports.
   *
   * @param name what the folder's name among the system's temporary ones begins with
   * @throws EmbeddedStartException when they do not start
   */
  public static TemporaryKafka start(String name) {
    Path folder = folder(name);
    EmbeddedBroker broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
    try {
      return new TemporaryKafka(
          folder, broker, EmbeddedRegistry.start(broker.bootstrapServers(), 0));
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /** Address of the broker for clients, {@code 127.0.0.1:PORT}. */
  public String bootstrapServers() {
    return broker.bootstrapServers();
  }

  /** Address of the registry, {@code http://127.0.0.1:PORT}. */
  public String registryUrl() {
    return registry.url();
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
    try {
      Utils.delete(folder.toFile());
    } catch (IOException e) {
      throw new UncheckedIOException("could not remove " + folder, e);
    }
  }

  private static Path folder(String name) {
    try {
      return Files.createTempDirectory(name);
    } catch (IOException e) {
      throw new EmbeddedStartException("Could not create a temporary folder for the broker", e);
    }
  }
}
