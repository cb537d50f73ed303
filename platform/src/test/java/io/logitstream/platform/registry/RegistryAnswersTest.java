package io.logitstream.platform.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.Prompt;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Answers that a healthy registry does not give, from a server that gives nothing else. */
class RegistryAnswersTest {
  private static final byte[] WITH_SCHEMA_1 = {0, 0, 0, 0, 1, 0};

  private final HttpServer server;
  private volatile int status;

  RegistryAnswersTest() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          byte[] body =
              "{\"error_code\":%d,\"message\":\"no\"}"
                  .formatted(status)
                  .getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().set("Content-Type", "application/json");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @CsvSource({
    "500, RETRYABLE, RETRYABLE",
    "503, RETRYABLE, RETRYABLE",
    "429, RETRYABLE, RETRYABLE",
    "404, RETRYABLE, CONFIGURATION",
    "401, CONFIGURATION, CONFIGURATION",
    "403, CONFIGURATION, CONFIGURATION",
    "409, RETRYABLE, CONFIGURATION"
  })
  void anAnswersStatusDecidesTheKind(int answered, FailureKind reading, FailureKind registering) {
    status = answered;
    KafkaSettings settings =
        new KafkaSettings(
            "127.0.0.1:1",
            "http://127.0.0.1:" + server.getAddress().getPort(),
            "",
            true,
            Map.of(),
            Map.of("max.retries", "0"));
    try (RecordDeserializer<Prompt> deserializer =
        new RecordDeserializer<>(settings, Prompt.class)) {
      LogitstreamException lookup =
          catchThrowableOfType(
              LogitstreamException.class, () -> deserializer.deserialize("prompts", WITH_SCHEMA_1));
      LogitstreamException registration =
          catchThrowableOfType(
              LogitstreamException.class, () -> SchemaRegistration.register(settings));

      assertThat(lookup.kind()).isEqualTo(reading);
      assertThat(registration.kind()).isEqualTo(registering);
      assertThat(registration).hasMessageContaining("prompts-value");
    }
  }
}
