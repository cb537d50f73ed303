package io.logitstream.console.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BrokerNoticeTest {
  private final StringWriter err = new StringWriter();

  @Test
  void whereNothingTakesConnectionsTheAddressesAreNamed() throws Exception {
    try (Socket silent = new Socket()) {
      // Bound and not listened on: nobody else gets the port meanwhile.
      silent.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String closed = "127.0.0.1:" + silent.getLocalPort();
      watch(closed + ", broker.invalid:9092");

      await().untilAsserted(() -> assertThat(err.toString()).contains("waiting for Kafka", closed));
    }
  }

  @Test
  void oneBrokerThatTakesConnectionsIsEnough() throws Exception {
    try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      watch("broker.invalid:9092,127.0.0.1:" + broker.getLocalPort());

      broker.setSoTimeout(60_000);
      broker.accept().close();
    }
    await().until(BrokerNoticeTest::isOver);
    assertThat(err.toString()).isEmpty();
  }

  private void watch(String servers) {
    BrokerNotice.watch(servers, Duration.ZERO, new PrintWriter(err));
  }

  private static boolean isOver() {
    return Thread.getAllStackTraces().keySet().stream()
        .noneMatch(thread -> thread.getName().equals("broker-notice"));
  }
}
