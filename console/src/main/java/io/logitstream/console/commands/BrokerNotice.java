package io.logitstream.console.commands;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import org.apache.kafka.common.utils.Utils;

/**
 * Tells people at a command that has gone on for a while what it waits for, if no broker takes
 * connections: Kafka's clients wait in silence.
 */
final class BrokerNotice {
  /** How long a command may go on before people wonder. */
  static final Duration PATIENCE = Duration.ofSeconds(5);

  private static final Duration CONNECT_WITHIN = Duration.ofSeconds(2);

  private BrokerNotice() {}

  /**
   * Looks once, in a while, and tells what it found amiss.
   *
   * @param servers as in kafka.bootstrap.servers
   */
  static void watch(String servers, Duration patience, PrintWriter err) {
    Thread watch = new Thread(() -> look(servers, patience, err), "broker-notice");
    watch.setDaemon(true);
    watch.start();
  }

  private static void look(String servers, Duration patience, PrintWriter err) {
    try {
      Thread.sleep(patience.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return;
    }
    for (String server : servers.split(",", -1)) {
      if (takesConnections(server.strip())) {
        return;
      }
    }
    err.printf(
        "waiting for Kafka, for up to a minute: nothing takes connections at %s"
            + " (--bootstrap-servers, kafka.bootstrap.servers)%n",
        servers);
    err.flush();
  }

  private static boolean takesConnections(String server) {
    String host = Utils.getHost(server);
    Integer port = Utils.getPort(server);
    if (host == null || port == null) {
      return true; // Kafka's own message says what is wrong with it
    }
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(host, port), (int) CONNECT_WITHIN.toMillis());
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
