package io.logitstream.platform.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.http.BearerToken;
import io.logitstream.platform.metrics.Meters;
import io.micrometer.core.instrument.Counter;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class ServiceEndpointTest {
  private static final List<PartitionStanding> PARTITIONS =
      List.of(
          PartitionStanding.of("prompts", 0, 7L, 9L), PartitionStanding.of("prompts", 1, 3L, null));

  private final Meters meters = new Meters("teacher");
  private final Health health = new Health();
  private volatile Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private final ServiceStatus status =
      new ServiceStatus("teacher", "1.2.3", health, () -> new Own("tiny", PARTITIONS), () -> now);
  private final ServiceEndpoint endpoint =
      ServiceEndpoint.start(on(0, ""), meters.registry(), status);

  @AfterEach
  void close() {
    endpoint.close();
    meters.close();
  }

  @Test
  void metricsHaveTheRuntimesMetersAndOnesOwn() throws Exception {
    Counter.builder("logitstream.prompts")
        .tag("domain", "java")
        .register(meters.registry())
        .increment();

    HttpResponse<String> answer = send("GET", "/metrics");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type"))
        .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
    assertThat(answer.body())
        .contains("logitstream_prompts_total{domain=\"java\",service=\"teacher\"} 1.0")
        .contains("jvm_memory_used_bytes{")
        .contains("jvm_threads_live_threads{");
  }

  @Test
  void aProcessIsReadyWhenAllItsComponentsAre() throws Exception {
    assertThat(send("GET", "/readyz").statusCode()).isEqualTo(503);

    health.ready("model", true, "loaded");
    health.ready("group", false, "no partitions yet");
    HttpResponse<String> waiting = send("GET", "/readyz");
    assertThat(waiting.statusCode()).isEqualTo(503);
    assertThat(waiting.body())
        .isEqualTo("no\ngroup waiting: no partitions yet\nmodel ready: loaded\n");

    health.ready("group", true, "4 partitions");
    assertThat(send("GET", "/readyz").statusCode()).isEqualTo(200);

    health.ready("group", false, "rebalancing");
    health.gone("group");
    assertThat(send("GET", "/readyz").statusCode()).isEqualTo(200);
  }

  @Test
  void aProcessIsLiveUntilSomethingFailed() throws Exception {
    health.ready("model", true, "loaded");
    assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);

    health.failed(new IllegalStateException("first"));
    health.failed(new IllegalStateException("second"));

    HttpResponse<String> dead = send("GET", "/livez");
    assertThat(dead.statusCode()).isEqualTo(503);
    assertThat(dead.body()).contains("failed: java.lang.IllegalStateException: first");
    assertThat(send("GET", "/readyz").statusCode()).isEqualTo(503);
  }

  @Test
  void theStatusHasWhatEveryServiceHasAndThenTheServicesOwn() throws Exception {
    health.ready("model", true, "loaded");
    health.ready("group", false, "no partitions yet");
    now = now.plusSeconds(90);

    HttpResponse<String> answer = send("GET", "/status");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    JsonNode told = new ObjectMapper().readTree(answer.body());
    assertThat(told)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"service": "teacher", "version": "1.2.3",
                     "startedAt": "2026-01-02T03:04:05Z", "uptimeSeconds": 90,
                     "live": true, "ready": false, "failure": null,
                     "components": [
                       {"name": "group", "ready": false, "why": "no partitions yet"},
                       {"name": "model", "ready": true, "why": "loaded"}],
                     "teacher": "tiny",
                     "partitions": [
                       {"topic": "prompts", "partition": 0, "nextOffset": 7, "lag": 2},
                       {"topic": "prompts", "partition": 1, "nextOffset": 3, "lag": null}]}
                    """));
  }

  @Test
  void theStatusTellsWhatEndedTheProcess() throws Exception {
    health.failed(new IllegalStateException("no memory"));

    JsonNode told = new ObjectMapper().readTree(send("GET", "/status").body());

    assertThat(told.get("live").asBoolean()).isFalse();
    assertThat(told.get("failure").asText()).contains("no memory");
  }

  @Test
  void nothingElseIsServed() throws Exception {
    assertThat(send("GET", "/").statusCode()).isEqualTo(404);
    assertThat(send("GET", "/metrics/x").statusCode()).isEqualTo(404);
    HttpResponse<String> post = send("POST", "/metrics");
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET");
  }

  @Test
  void aTakenPortIsRefusedByNumber() {
    int port = endpoint.port().orElseThrow();

    assertThatThrownBy(() -> ServiceEndpoint.start(on(port, ""), meters.registry(), status))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            e -> assertThat(e.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("port " + port)
        .hasMessageContaining("health.port");
  }

  @Test
  void anEndpointThatIsOffHasNoPort() {
    try (ServiceEndpoint off =
        ServiceEndpoint.start(on(ServiceEndpoint.OFF, ""), meters.registry(), status)) {
      assertThat(off.port()).isEmpty();
    }
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    URI address =
        URI.create("http://127.0.0.1:%d%s".formatted(endpoint.port().orElseThrow(), path));
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(address)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .build(),
            HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void aTokenIsAskedForMetricsAndStatusAndNotForHealth() throws Exception {
    try (ServiceEndpoint held = ServiceEndpoint.start(on(0, "secret"), meters.registry(), status)) {
      String address = "http://127.0.0.1:" + held.port().orElseThrow();
      HttpClient client = HttpClient.newHttpClient();
      HttpRequest.Builder metrics = HttpRequest.newBuilder(URI.create(address + "/metrics"));
      HttpResponse.BodyHandler<String> body = HttpResponse.BodyHandlers.ofString();

      assertThat(client.send(metrics.build(), body).statusCode()).isEqualTo(401);
      metrics.header("Authorization", "Bearer secret");
      assertThat(client.send(metrics.build(), body).statusCode()).isEqualTo(200);
      HttpRequest.Builder asked = HttpRequest.newBuilder(URI.create(address + "/status"));
      assertThat(client.send(asked.build(), body).statusCode()).isEqualTo(401);
      asked.header("Authorization", "Bearer secret");
      assertThat(client.send(asked.build(), body).statusCode()).isEqualTo(200);
      HttpRequest live = HttpRequest.newBuilder(URI.create(address + "/livez")).build();
      assertThat(client.send(live, body).statusCode()).isEqualTo(200);
    }
  }

  @Test
  @Timeout(60)
  void connectionsThatSendSlowlyHoldUpNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 40; i++) {
        Socket socket = new Socket("127.0.0.1", endpoint.port().orElseThrow());
        slow.add(socket);
        socket.getOutputStream().write('G');
      }

      assertThat(send("GET", "/livez").statusCode()).isEqualTo(200);

      for (Socket socket : slow) {
        socket
            .getOutputStream()
            .write("ET /livez HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).as("it was not cut off").isEqualTo('H');
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void whatOthersReachNeedsAToken() {
    assertThatThrownBy(() -> new HealthSettings("0.0.0.0", 0, new BearerToken("")))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("health.host is 0.0.0.0");
    assertThat(new HealthSettings("0.0.0.0", 0, new BearerToken("secret")).toString())
        .doesNotContain("secret");
  }

  private static HealthSettings on(int port, String token) {
    return new HealthSettings("127.0.0.1", port, new BearerToken(token));
  }

  private record Own(String teacher, List<PartitionStanding> partitions) {}
}
