package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.logitstream.console.logging.LogFormat;
import io.logitstream.console.logging.Logging;
import io.logitstream.platform.tracing.LoggedRecord;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** How services log, on the process's standard error. */
class LoggingTest {
  private static final Logger LOGGER = LoggerFactory.getLogger("io.logitstream.test");
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
  private final ch.qos.logback.classic.Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
  private final List<Appender<ILoggingEvent>> appenders = new ArrayList<>();
  private final PrintStream before = System.err;
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  @BeforeEach
  void capture() {
    System.setErr(new PrintStream(written, true, StandardCharsets.UTF_8));
    // A demo in this process before sent all to a file.
    root.iteratorForAppenders().forEachRemaining(appenders::add);
    appenders.forEach(root::detachAppender);
    root.addAppender(standardError());
  }

  @AfterEach
  void restore() {
    root.detachAndStopAllAppenders();
    appenders.forEach(root::addAppender);
    System.setErr(before);
    context.getLogger("io.logitstream").setLevel(null);
    MDC.clear();
  }

  @Test
  void aLineOfJsonNamesTheRunTheStepTheRecordAndItsTrace() throws Exception {
    ConsumerRecord<String, byte[]> record =
        new ConsumerRecord<>("prompts", 3, 1207, "key", new byte[0]);
    record
        .headers()
        .add(
            "traceparent",
            ("00-" + TRACE + "-00f067aa0ba902b7-01").getBytes(StandardCharsets.UTF_8));
    Logging.ofService(LogFormat.JSON, Map.of("service", "trainer", "run", "fir\"st"));
    MDC.put("step", "12");

    try (LoggedRecord logged = LoggedRecord.of(record)) {
      LOGGER.warn("found \"{}\"\nand more", "quotes", new IllegalStateException("why"));
    }
    LOGGER.info("after it");

    List<JsonNode> lines = lines();
    assertThat(lines).hasSize(2);
    JsonNode first = lines.get(0);
    assertThat(first.get("timestamp").asLong()).isPositive();
    assertThat(first.get("throwable").get("message").asText()).isEqualTo("why");
    ObjectNode others = first.deepCopy();
    others.remove(List.of("timestamp", "throwable"));
    assertThat(others)
        .isEqualTo(
            new ObjectMapper()
                .readTree(
                    """
                    {"level": "WARN", "loggerName": "io.logitstream.test", "threadName": "main",
                     "message": "found \\"quotes\\"\\nand more",
                     "service": "trainer", "run": "fir\\"st", "step": 12,
                     "topic": "prompts", "partition": 3, "offset": 1207, "traceId": "%s"}
                    """
                        .formatted(TRACE)));
    assertThat(lines.get(1).get("step").asInt()).isEqualTo(12);
    assertThat(lines.get(1).has("offset")).as("the record is done").isFalse();
  }

  @Test
  void whatEndsAServiceAtItsStartIsALineOfJsonToo() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      Invocation refused =
          Invocation.of(
              "teach",
              "--model",
              "nowhere",
              "--set",
              "log.format=json",
              "--set",
              "health.port=" + taken.getLocalPort());

      assertThat(refused.status()).isEqualTo(2);
      assertThat(refused.err()).isEmpty();
      JsonNode last = lines().get(lines().size() - 1);
      assertThat(last.get("level").asText()).isEqualTo("ERROR");
      assertThat(last.get("message").asText())
          .contains("health.port", Integer.toString(taken.getLocalPort()));
      assertThat(last.get("service").asText()).isEqualTo("teacher");
    }
  }

  private ConsoleAppender<ILoggingEvent> standardError() {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setPattern("%msg%n");
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("STDERR");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private List<JsonNode> lines() throws Exception {
    List<JsonNode> lines = new ArrayList<>();
    for (String line : written.toString(StandardCharsets.UTF_8).lines().toList()) {
      lines.add(new ObjectMapper().readTree(line));
    }
    return lines;
  }
}
