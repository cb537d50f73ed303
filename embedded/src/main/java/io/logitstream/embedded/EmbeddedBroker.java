package io.logitstream.embedded;

import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A single-node Kafka (KRaft, broker and controller combined) in this process, on loopback without
 * authentication. Topics and records survive restarts on the same folder, a kill included.
 *
 * <p>Topics are never created by a client's mere asking. Safe for use by several threads.
 */
public final class EmbeddedBroker implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
  private static final int ATTEMPTS_MAX = 5;

  private final DataDirectory directory;
  private final KafkaRaftServer server;
  private final int port;
  private boolean closed;

  private EmbeddedBroker(DataDirectory directory, KafkaRaftServer server, int port) {
    this.directory = directory;
    this.server = server;
    this.port = port;
  }

  /**
   * Starts a broker and returns when clients can connect, two to four seconds later.
   *
   * @throws EmbeddedStartException when the port is taken, the folder is in use, or Kafka refuses
   */
  public static EmbeddedBroker start(EmbeddedBrokerSettings settings) {
    if (settings.port() != 0 && !LoopbackPorts.isFree(settings.port())) {
      throw portTaken(settings.port(), null);
    }
    DataDirectory directory = DataDirectory.open(settings.dataDirectory());
    try {
      return start(settings, directory);
    } catch (RuntimeException | Error e) {
      directory.close();
      throw e;
    }
  }

  private static EmbeddedBroker start(EmbeddedBrokerSettings settings, DataDirectory directory) {
    for (int attempt = 1; ; attempt++) {
      int clientPort = settings.port() != 0 ? settings.port() : LoopbackPorts.freeOtherThan(0);
      int controllerPort = LoopbackPorts.freeOtherThan(clientPort);
      try {
        KafkaRaftServer server = startKafka(settings, clientPort, controllerPort);
        LOG.info("Broker is up at {}:{}", LoopbackPorts.HOST, clientPort);
        return new EmbeddedBroker(directory, server, clientPort);
      } catch (RuntimeException e) {
        if (!LoopbackPorts.isBindFailure(e) || attempt == ATTEMPTS_MAX) {
          throw new EmbeddedStartException(
              "Kafka did not start on " + settings.dataDirectory() + ": " + e.getMessage(), e);
        }
        if (settings.port() != 0 && !LoopbackPorts.isFree(settings.port())) {
          throw portTaken(settings.port(), e);
        }
        LOG.info("A port chosen for the broker was taken meanwhile; choosing again");
      }
    }
  }

  private static KafkaRaftServer startKafka(
      EmbeddedBrokerSettings settings, int clientPort, int controllerPort) {
    KafkaConfig config =
        new KafkaConfig(BrokerProperties.of(settings, clientPort, controllerPort), false);
    KafkaRaftServer server = new KafkaRaftServer(config, Time.SYSTEM);
    try {
      server.startup();
      return server;
    } catch (RuntimeException | Error e) {
      stop(server, e);
      throw e;
    }
  }

  private static void stop(KafkaRaftServer server, Throwable startFailure) {
    try {
      server.shutdown();
      server.awaitShutdown();
    } catch (RuntimeException e) {
      startFailure.addSuppressed(e);
    }
  }

  private static EmbeddedStartException portTaken(int port, @Nullable Throwable cause) {
    return new EmbeddedStartException(
        "Port "
            + port
            + " on "
            + LoopbackPorts.HOST
            + " is taken; choose another, or 0 for a free one",
        cause);
  }

  /** Address for clients, {@code 127.0.0.1:PORT}. */
  public String bootstrapServers() {
    return LoopbackPorts.HOST + ":" + port;
  }

  /** Port that clients connect to. */
  public int port() {
    return port;
  }

  /** Stops in order, so that the next start on the folder is quick. Doing so twice is harmless. */
  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      server.shutdown();
      server.awaitShutdown();
    } finally {
      directory.close();
    }
  }
}
