package io.logitstream.lineage.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.http.BoundedHttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LimitedBodyTest {
  private static final int ANSWER_BYTES = 300_000;

  private final HttpServer server = BoundedHttpServer.bind("127.0.0.1", 0, "test");

  @BeforeEach
  void answer() {
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, ANSWER_BYTES);
            exchange.getResponseBody().write(new byte[ANSWER_BYTES]);
          }
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void anAnswerAtTheLimitIsTaken() throws Exception {
    assertThat(ask(ANSWER_BYTES)).hasSize(ANSWER_BYTES);
  }

  @Test
  void aLongerOneIsDeclined() {
    assertThatIOException()
        .isThrownBy(() -> ask(ANSWER_BYTES - 1))
        .withMessageContaining("more than 299999 bytes");
  }

  private byte[] ask(int maxBytes) throws IOException, InterruptedException {
    URI address = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    return HttpClient.newHttpClient()
        .send(HttpRequest.newBuilder(address).build(), LimitedBody.ofAtMost(maxBytes))
        .body();
  }
}
