package io.logitstream.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.utils.Utils;

/** A broker and its registry in this process, on free ports. */
public final class EmbeddedKafka implements AutoCloseable {
  private final Path folder;
  private final boolean isTemporary;
  private final EmbeddedBroker broker;
  private final EmbeddedRegistry registry;

  private EmbeddedKafka(Path folder, boolean isTemporary) {
    this.folder = folder;
    this.isTemporary = isTemporary;
    this.broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
    try {
      this.registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    } catch (RuntimeException e) {
      broker.close();
      throw e;
    }
  }

  /**
   * Starts both on a folder that stays.
   *
   * @throws EmbeddedStartException when they do not start
   */
  public static EmbeddedKafka on(Path folder) {
    return new EmbeddedKafka(folder, false);
  }

  /**
   * Starts both on a folder that goes when they are closed.
   *
   * @param name what the folder's name among the system's temporary ones begins with
   * @throws EmbeddedStartException when they do not start
   */
  public static EmbeddedKafka temporary(String name) {
    try {
      return new EmbeddedKafka(Files.createTempDirectory(name), true);
    } catch (IOException e) {
      throw new EmbeddedStartException("Could not create a temporary folder for the broker", e);
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
    if (isTemporary) {
      try {
        Utils.delete(folder.toFile());
      } catch (IOException e) {
        throw new UncheckedIOException("could not remove " + folder, e);
      }
    }
  }
}
