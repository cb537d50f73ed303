package io.logitstream.platform.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.TrainingStep;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A registry that goes away between two questions, and one that never answers. */
class RegistryGoneTest {
  private static final byte[] WITH_SCHEMA_1 = {0, 0, 0, 0, 1, 2, 'r'};

  /** What another build may have written: a record with the first field alone. */
  private static final Schema WRITER =
      SchemaBuilder.record(TrainingStep.getClassSchema().getName())
          .namespace(TrainingStep.getClassSchema().getNamespace())
          .fields()
          .requiredString("run")
          .endRecord();

  private final AtomicInteger asked = new AtomicInteger();
  private volatile int answers;

  @Test
  void aRegistryThatGoesBetweenTheTwoLookUpsOfASchemaCondemnsNoRecord() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    answers = 1;
    try (RecordDeserializer<TrainingStep> deserializer =
        new RecordDeserializer<>(
            settings(server.getAddress().getPort(), "10000"), TrainingStep.class)) {
      assertThatThrownBy(() -> deserializer.deserialize("training-steps", WITH_SCHEMA_1))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.RETRYABLE))
          .hasMessageContaining("look up a schema of topic training-steps");
      assertThat(asked.get()).as("it went after the first question").isGreaterThan(1);
    } finally {
      server.stop(0);
    }
  }

  @Test
  @Timeout(30)
  void aRegistryThatNeverAnswersIsGivenUpAfterABoundedTime() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        RecordDeserializer<TrainingStep> deserializer =
            new RecordDeserializer<>(settings(silent.getLocalPort(), "100"), TrainingStep.class)) {
      assertThatThrownBy(() -> deserializer.deserialize("training-steps", WITH_SCHEMA_1))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.RETRYABLE))
          .hasMessageContaining("(registry.url) did not answer: ")
          .hasMessageContaining("timed out");
    }
    assertThat(RegistryClients.config(settings(1, "100")))
        .containsEntry("http.read.timeout.ms", "100");
    assertThat(RegistryClients.config(new KafkaSettings("b:1", "http://r", "", true, Map.of())))
        .as("without a setting it is bounded too")
        .containsEntry("http.connect.timeout.ms", 5_000)
        .containsEntry("http.read.timeout.ms", 15_000)
        .containsEntry("max.retries", 2);
  }

  @Test
  void aRegistryWhoseNameDoesNotResolveIsWaitedFor() {
    KafkaSettings settings =
        new KafkaSettings(
            "127.0.0.1:1",
            "http://registry.invalid:8081",
            "",
            true,
            Map.of(),
            Map.of("max.retries", "0"));
    try (RecordDeserializer<TrainingStep> deserializer =
        new RecordDeserializer<>(settings, TrainingStep.class)) {
      assertUnresolved(() -> deserializer.deserialize("training-steps", WITH_SCHEMA_1));
    }
    assertUnresolved(() -> SchemaRegistration.register(settings));
  }

  private static void assertUnresolved(ThrowingCallable asking) {
    assertThatThrownBy(asking)
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.RETRYABLE))
        .hasMessageContaining("http://registry.invalid:8081 (registry.url) did not answer")
        .hasMessageContaining("UnknownHostException: registry.invalid");
  }

  private void answer(HttpExchange exchange) throws IOException {
    if (asked.incrementAndGet() > answers) {
      exchange.close();
      return;
    }
    byte[] body = new ObjectMapper().writeValueAsBytes(Map.of("schema", WRITER.toString()));
    exchange.getResponseHeaders().set("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private static KafkaSettings settings(int port, String readTimeoutMs) {
    return new KafkaSettings(
        "127.0.0.1:1",
        "http://127.0.0.1:" + port,
        "",
        true,
        Map.of(),
        Map.of("max.retries", "0", "http.read.timeout.ms", readTimeoutMs));
  }
}
