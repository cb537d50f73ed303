package io.logitstream.embedded;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry that speaks the part of Confluent's REST interface that clients need for Avro:
 * subjects, versions, look-ups, schemas by ID, compatibility, levels, deletions. It keeps what it
 * knows in the compacted topic {@code _schemas} of a broker, in Confluent's format, and listens on
 * loopback only. Of several registries on one broker the last one started writes.
 */
public final class EmbeddedRegistry implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedRegistry.class);
  private static final int THREADS = 4;

  private final HttpServer server;
  private final ExecutorService threads;
  private final SchemasTopic topic;

  private EmbeddedRegistry(HttpServer server, ExecutorService threads, SchemasTopic topic) {
    this.server = server;
    this.threads = threads;
    this.topic = topic;
  }

  /**
   * Starts a registry and returns when it is ready: its topic is read to the end. Until then it
   * answers 503.
   *
   * @param port port on 127.0.0.1; 0 chooses a free one
   * @throws EmbeddedStartException when the port is taken or the broker cannot be reached
   */
  public static EmbeddedRegistry start(String bootstrapServers, int port) {
    HttpServer server = bind(port);
    SchemasTopic topic;
    try {
      topic = SchemasTopic.open(bootstrapServers);
    } catch (RuntimeException e) {
      server.stop(0);
      throw e;
    }
    ExecutorService threads = Executors.newFixedThreadPool(THREADS, EmbeddedRegistry::thread);
    EmbeddedRegistry started = new EmbeddedRegistry(server, threads, topic);
    try {
      SchemaRegistry registry = new SchemaRegistry(topic);
      server.setExecutor(threads);
      server.createContext("/", new RegistryHandler(new RegistryRoutes(registry)));
      server.start();
      registry.load();
    } catch (RuntimeException e) {
      started.close();
      throw new EmbeddedStartException(
          "The registry could not read its topic at " + bootstrapServers + ": " + e.getMessage(),
          e);
    }
    LOG.info("Schema registry is up at {}", started.url());
    return started;
  }

  private static HttpServer bind(int port) {
    try {
      return HttpServer.create(LoopbackPorts.address(port), 0);
    } catch (IOException e) {
      throw new EmbeddedStartException(
          "Port "
              + port
              + " on "
              + LoopbackPorts.HOST
              + " is taken; choose another for the registry, or 0 for a free one",
          e);
    }
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "embedded-registry");
    thread.setDaemon(true);
    return thread;
  }

  /** Base address for clients, {@code http://127.0.0.1:PORT}. */
  public String url() {
    return "http://" + LoopbackPorts.HOST + ":" + server.getAddress().getPort();
  }

  /** Stops answering and lets the broker go; close this before the broker. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
    topic.close();
  }
}
