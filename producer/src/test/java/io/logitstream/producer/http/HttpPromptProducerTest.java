package io.logitstream.producer.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.producer.RunningProducer;
import io.logitstream.producer.intake.PromptAcceptance;
import io.logitstream.producer.intake.Receipt;
import io.logitstream.producer.offered.OfferedPrompt;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class HttpPromptProducerTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static IntakeFixture fixture;

  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeAll
  static void start(@TempDir Path folder) {
    fixture = new IntakeFixture(folder);
  }

  @AfterAll
  static void stop() {
    fixture.close();
  }

  @Test
  void aPromptIsOnTheTopicWhenItIsAnsweredAndItsKeyIsTheSamePromptAgain() throws Exception {
    String prompt =
        """
        {"key": "k1", "text": "words", "domain": "java", "subject": "s", "attributes": {"a": "b"}}
        """;
    String promptId;
    try (Intake intake = new Intake("single")) {
      JsonNode first = intake.post(prompt, 200);
      promptId = first.path("promptId").asText();
      assertThat(first.path("status").asText()).isEqualTo("accepted");
      assertThat(fixture.prompts("single"))
          .singleElement()
          .satisfies(
              found -> {
                assertThat(found.getPromptId()).isEqualTo(promptId);
                assertThat(found.getText()).isEqualTo("words");
                assertThat(found.getDomain()).isEqualTo("java");
                assertThat(found.getSubject()).isEqualTo("s");
                assertThat(found.getIdempotencyKey()).isEqualTo("k1");
                assertThat(found.getDocumentGroup()).isEqualTo(promptId);
                assertThat(found.getAttributes()).containsEntry("a", "b");
              });
      assertThat(intake.post(prompt, 200).path("status").asText()).isEqualTo("duplicate");
    }
    try (Intake again = new Intake("single")) {
      JsonNode second = again.post(prompt, 200);
      assertThat(second.path("status").asText()).as("after a restart").isEqualTo("duplicate");
      assertThat(second.path("promptId").asText()).isEqualTo(promptId);
      JsonNode other = again.post("{\"key\": \"k1\", \"text\": \"others\"}", 409);
      assertThat(other.path("status").asText()).isEqualTo("conflict");
      again.post("{\"text\": \"no key\"}", 200);
      again.post("{\"text\": \"no key\"}", 200);
    }
    assertThat(fixture.prompts("single"))
        .extracting(Prompt::getSourceIndex)
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void ofSeveralPromptsEachIsAnswered() throws Exception {
    try (Intake intake = new Intake("several")) {
      JsonNode results =
          intake
              .post(
                  """
                  {"prompts": [{"key": "a", "text": "first"}, {"text": ""}, {"key": "a", "text": "first"},
                    {"key": "a", "text": "another"}, {"messages": [{"role": "user", "content": "hello"}]}]}
                  """,
                  200)
              .path("results");
      assertThat(results)
          .extracting(result -> result.path("status").asText())
          .containsExactly("accepted", "refused", "duplicate", "conflict", "accepted");
      assertThat(results.path(1).path("message").asText()).contains("non-empty text");
    }
    List<Prompt> prompts = fixture.prompts("several");
    assertThat(prompts).hasSize(2);
    assertThat(prompts.get(1).getMessages()).containsExactly(new ChatMessage("user", "hello"));
    assertThat(prompts.get(1).getText()).isNull();
  }

  @Test
  void theHeadersKeyIsThatOfTheRequest() throws Exception {
    try (Intake intake = new Intake("header")) {
      for (int time = 0; time < 2; time++) {
        HttpResponse<String> answer =
            client.send(
                intake
                    .request("{\"prompts\": [{\"text\": \"a\"}, {\"text\": \"b\"}]}")
                    .header("Idempotency-Key", "request-7")
                    .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(JSON.readTree(answer.body()).path("results"))
            .extracting(result -> result.path("status").asText())
            .containsOnly(time == 0 ? "accepted" : "duplicate");
      }
    }
    assertThat(fixture.prompts("header"))
        .extracting(Prompt::getIdempotencyKey)
        .containsExactly("request-7/0", "request-7/1");
  }

  @Test
  void badRequestsAreAnsweredWithWhatIsWrong() throws Exception {
    Map<String, Map.Entry<Integer, String>> bad = new LinkedHashMap<>();
    bad.put("{", Map.entry(400, "not JSON"));
    bad.put("[]", Map.entry(400, "no JSON object"));
    bad.put("{\"text\": \"a\", \"text\": \"b\"}", Map.entry(400, "not JSON"));
    bad.put("{\"text\": \"a\"} {}", Map.entry(400, "not JSON"));
    bad.put("{\"prompts\": []}", Map.entry(400, "at least one prompt"));
    bad.put("{\"prompts\": [1, 2, 3]}", Map.entry(413, "expected at most 2"));
    bad.put("{\"text\": 1}", Map.entry(422, "expected a string"));
    bad.put("{\"text\": \"%s\"}".formatted("x".repeat(31)), Map.entry(413, "expected at most 30"));
    try (Intake intake =
        new Intake(
            "bad", "intake.max-prompt-bytes", "30", "intake.http.max-request-prompts", "2")) {
      for (Map.Entry<String, Map.Entry<Integer, String>> one : bad.entrySet()) {
        assertThat(intake.post(one.getKey(), one.getValue().getKey()).toString())
            .contains(one.getValue().getValue());
      }
    }
  }

  @Test
  void requestsAreHeldToPathMethodTypeSizeAndToken() throws Exception {
    try (Intake intake =
        new Intake(
            "held", "intake.http.token", "secret", "intake.http.max-request-bytes", "1024")) {
      assertThat(intake.send(intake.request("{}")).statusCode()).isEqualTo(401);
      HttpRequest.Builder wrong = intake.request("{}").header("Authorization", "Bearer other");
      assertThat(intake.send(wrong).statusCode()).isEqualTo(401);
      HttpRequest.Builder large =
          intake.request("x".repeat(1025)).header("Authorization", "Bearer secret");
      assertThat(intake.send(large).statusCode()).isEqualTo(413);
      HttpRequest.Builder good =
          intake.request("{\"text\": \"a\"}").header("Authorization", "Bearer secret");
      assertThat(intake.send(good).statusCode()).isEqualTo(200);
      HttpRequest.Builder text =
          HttpRequest.newBuilder(intake.uri("/v1/prompts"))
              .header("Authorization", "Bearer secret")
              .POST(HttpRequest.BodyPublishers.ofString("{}"));
      assertThat(intake.send(text).statusCode()).isEqualTo(415);
      assertThat(intake.send(HttpRequest.newBuilder(intake.uri("/v1/prompts"))).statusCode())
          .isEqualTo(405);
      assertThat(intake.send(HttpRequest.newBuilder(intake.uri("/"))).statusCode()).isEqualTo(404);
      HttpResponse<String> description =
          intake.send(HttpRequest.newBuilder(intake.uri("/openapi.json")));
      assertThat(JSON.readTree(description.body()).at("/paths/~1v1~1prompts/post/operationId"))
          .isEqualTo(JSON.getNodeFactory().textNode("offerPrompts"));
    }
  }

  @Test
  void aPromptOfAHundredMegabytesIsAnsweredThatItIsTooLargeThoughItIsStillBeingSent()
      throws Exception {
    byte[] huge = new byte[100_000_000];
    try (Intake intake = new Intake("huge");
        Socket client = new Socket("127.0.0.1", intake.producer.port())) {
      OutputStream request = client.getOutputStream();
      request.write(
          "POST /v1/prompts HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
              .formatted(huge.length)
              .getBytes(StandardCharsets.US_ASCII));
      request.write(huge);

      assertThat(new String(client.getInputStream().readNBytes(1024), StandardCharsets.US_ASCII))
          .startsWith("HTTP/1.1 413")
          .contains("expected a body of at most 4194304 bytes (intake.http.max-request-bytes)");
      assertThat(intake.send(intake.request("{\"text\": \"next\"}")).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void connectionsThatSendSlowlyHoldUpNobody() throws Exception {
    List<Socket> slow = new ArrayList<>();
    try (Intake intake = new Intake("slow")) {
      for (int i = 0; i < 40; i++) {
        Socket socket = new Socket("127.0.0.1", intake.producer.port());
        slow.add(socket);
        socket.getOutputStream().write('G');
      }

      intake.post("{\"text\": \"of another\"}", 200);

      for (Socket socket : slow) {
        socket
            .getOutputStream()
            .write(
                "ET /openapi.json HTTP/1.1\r\nHost: here\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().read()).as("it was not cut off").isEqualTo('H');
      }
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void whileAsManyRequestsAreReadAsMayBeAnotherIsToldToComeAgain() throws Exception {
    byte[] body = "{\"text\": \"slow\"}".getBytes(StandardCharsets.US_ASCII);
    List<Socket> slow = new ArrayList<>();
    try (Intake intake = new Intake("busy")) {
      for (int i = 0; i < 16; i++) {
        Socket socket = new Socket("127.0.0.1", intake.producer.port());
        slow.add(socket);
        OutputStream request = socket.getOutputStream();
        request.write(
            "POST /v1/prompts HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(body.length)
                .getBytes(StandardCharsets.US_ASCII));
        request.write(body, 0, body.length - 1);
      }
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(
              () ->
                  assertThat(intake.post("{\"text\": \"x\"}", 429).at("/error/code").asText())
                      .isEqualTo("busy"));

      for (Socket socket : slow) {
        socket.getOutputStream().write(body, body.length - 1, 1);
        assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 200");
      }
      intake.post("{\"text\": \"x\"}", 200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  @Test
  void theBodyOfWhoBringsNoTokenIsNotReadToItsEnd() throws Exception {
    byte[] huge = new byte[100_000_000];
    try (Intake intake = new Intake("stranger", "intake.http.token", "secret");
        Socket client = new Socket("127.0.0.1", intake.producer.port())) {
      OutputStream request = client.getOutputStream();
      request.write(
          "POST /v1/prompts HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
              .formatted(huge.length)
              .getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 401");

      assertThatThrownBy(() -> request.write(huge)).isInstanceOf(SocketException.class);
    }
  }

  @Test
  void asManyKeysAreKeptAsMayBeAndMoreAreRefused() throws Exception {
    try (Intake intake = new Intake("full", "intake.max-keys", "2")) {
      intake.post("{\"key\": \"a\", \"text\": \"x\"}", 200);
      intake.post("{\"key\": \"b\", \"text\": \"x\"}", 200);
      assertThat(intake.post("{\"key\": \"c\", \"text\": \"x\"}", 429).path("code").asText())
          .isEqualTo("too-many-keys");
      intake.post("{\"key\": \"a\", \"text\": \"x\"}", 200);
      intake.post("{\"text\": \"x\"}", 200);
    }
  }

  @Test
  void anExpiredKeyMayBeUsedAgain() throws Exception {
    try (Intake intake = new Intake("expiring", "intake.keys-for", "5s", "intake.max-keys", "1")) {
      JsonNode old = intake.post("{\"key\": \"a\", \"text\": \"old\"}", 200);
      assertThat(intake.post("{\"key\": \"a\", \"text\": \"new\"}", 409).path("code").asText())
          .isEqualTo("key-reused");
      await()
          .untilAsserted(
              () -> {
                JsonNode again = intake.post("{\"key\": \"a\", \"text\": \"new\"}", 200);
                assertThat(again.path("status").asText()).isEqualTo("accepted");
                assertThat(again.path("promptId")).isEqualTo(old.path("promptId"));
              });
      await()
          .alias("there is room for another one again")
          .untilAsserted(() -> intake.post("{\"key\": \"b\", \"text\": \"x\"}", 200));
    }
    assertThat(fixture.prompts("expiring"))
        .extracting(Prompt::getText)
        .containsExactly("old", "new", "x");
  }

  @Test
  void aTimeOfDayThatIsSetBackForgetsNoKeyAndUsesNoPlaceTwice() throws Exception {
    Instant noon = Instant.parse("2026-03-01T12:00:00Z");
    AtomicReference<Instant> now = new AtomicReference<>(noon);
    InstantSource source = now::get;
    Clock clock = source.withZone(ZoneOffset.UTC);
    StopSignal stop = new StopSignal();
    try (PromptAcceptance intake = fixture.acceptance("set-back", new Random(1), clock)) {
      intake.open(stop);
      assertThat(offer(intake, "a", stop)).isEqualTo(Receipt.Outcome.ACCEPTED);
      now.set(noon.minus(Duration.ofDays(3)));
      intake.expireKeys(stop);
      assertThat(offer(intake, "a", stop)).isEqualTo(Receipt.Outcome.DUPLICATE);
      assertThat(offer(intake, "b", stop)).isEqualTo(Receipt.Outcome.ACCEPTED);
    }
    now.set(noon.minus(Duration.ofDays(3)).plusSeconds(1));
    try (PromptAcceptance next = fixture.acceptance("set-back", new Random(2), clock)) {
      next.open(stop);
      assertThat(offer(next, "a", stop)).isEqualTo(Receipt.Outcome.DUPLICATE);
      assertThat(offer(next, "b", stop)).isEqualTo(Receipt.Outcome.DUPLICATE);
      assertThat(offer(next, "c", stop)).isEqualTo(Receipt.Outcome.ACCEPTED);
    }
    assertThat(fixture.prompts("set-back"))
        .extracting(Prompt::getSourceIndex)
        .containsExactly(0L, 1L, 2L);
  }

  private static Receipt.Outcome offer(PromptAcceptance intake, String key, StopSignal stop)
      throws Exception {
    OfferedPrompt prompt =
        new OfferedPrompt(
            Optional.of(key),
            Optional.of("the text of " + key),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            OriginKind.HUMAN,
            1,
            true,
            Map.of(),
            Optional.empty());
    return intake
        .accept(List.of(new PromptAcceptance.Offer(prompt, key)), Optional.empty(), stop)
        .get(0)
        .outcome();
  }

  @Test
  void aSecondIntakeOfASourceEndsTheFirst() throws Exception {
    Intake first = new Intake("twice");
    first.post("{\"text\": \"of the first\"}", 200);
    try (Intake second = new Intake("twice")) {
      second.post("{\"text\": \"of the second\"}", 200);
      HttpResponse<String> refused = first.send(first.request("{\"text\": \"too late\"}"));
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThatThrownBy(first.running::await)
          .isInstanceOf(ExecutionException.class)
          .cause()
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED));
    }
    assertThat(fixture.prompts("twice"))
        .extracting(Prompt::getText)
        .containsExactly("of the first", "of the second");
  }

  @Test
  @Tag("long")
  void withoutABrokerTheQueueFillsUpAndOverflowsAndNothingIsLostOrTwice() throws Exception {
    try (Intake intake =
        new Intake(
            "waiting",
            "intake.http.queue-prompts",
            "3",
            "intake.http.max-request-prompts",
            "3",
            "intake.transaction-timeout",
            "5s")) {
      intake.post("{\"key\": \"before\", \"text\": \"x\"}", 200);
      fixture.stopBroker();
      List<CompletableFuture<HttpResponse<String>>> waiting = new ArrayList<>();
      try {
        for (String key : List.of("a", "b", "c")) {
          waiting.add(
              client.sendAsync(
                  intake
                      .request("{\"key\": \"%s\", \"text\": \"x\"}".formatted(key))
                      .timeout(Duration.ofSeconds(100))
                      .build(),
                  HttpResponse.BodyHandlers.ofString()));
        }
        await()
            .until(
                () ->
                    intake.send(intake.request("{\"key\": \"d\", \"text\": \"x\"}")).statusCode()
                        == 429);
        HttpResponse<String> full =
            intake.send(intake.request("{\"key\": \"d\", \"text\": \"x\"}"));
        assertThat(full.headers().firstValue("Retry-After")).contains("1");
      } finally {
        fixture.startBroker();
      }
      for (CompletableFuture<HttpResponse<String>> answer : waiting) {
        assertThat(answer.get().statusCode()).isIn(200, 503);
      }
      for (String key : List.of("a", "b", "c", "d")) {
        await()
            .until(
                () ->
                    intake
                            .send(
                                intake.request("{\"key\": \"%s\", \"text\": \"x\"}".formatted(key)))
                            .statusCode()
                        == 200);
      }
    }
    assertThat(fixture.prompts("waiting"))
        .extracting(Prompt::getIdempotencyKey)
        .containsExactlyInAnyOrder("before", "a", "b", "c", "d");
  }

  /** An intake at work. */
  private final class Intake implements AutoCloseable {
    private final RunningProducer running;
    private final HttpPromptProducer producer;

    Intake(String source, String... settings) {
      producer = fixture.http(source, settings);
      running = RunningProducer.start(producer);
      await().until(() -> producer.port() != 0);
    }

    URI uri(String path) {
      return URI.create("http://127.0.0.1:%d%s".formatted(producer.port(), path));
    }

    HttpRequest.Builder request(String body) {
      return HttpRequest.newBuilder(uri("/v1/prompts"))
          .header("Content-Type", "application/json")
          .POST(HttpRequest.BodyPublishers.ofString(body));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
      return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    JsonNode post(String body, int status) throws Exception {
      HttpResponse<String> answer = send(request(body));
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
      return JSON.readTree(answer.body());
    }

    @Override
    public void close() throws Exception {
      running.close();
    }
  }
}
