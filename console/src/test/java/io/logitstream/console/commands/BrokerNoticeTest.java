package io.logitstream.console.commands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class BrokerNoticeTest {
  private final StringWriter err = new StringWriter();

  @Test
  void whereNothingTakesConnectionsTheAddressesAreNamed() throws Exception {
    String closed;
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      closed = "127.0.0.1:" + socket.getLocalPort();
    }
    watch(closed + ", broker.invalid:9092");

    await().untilAsserted(() -> assertThat(err.toString()).contains("waiting for Kafka", closed));
  }

  @Test
  void oneBrokerThatTakesConnectionsIsEnough() throws Exception {
    try (ServerSocket broker = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      watch("broker.invalid:9092,127.0.0.1:" + broker.getLocalPort());

      broker.setSoTimeout(10_000);
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
