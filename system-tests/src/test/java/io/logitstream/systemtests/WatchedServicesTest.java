package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TrainingStep;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every service tells of itself while it works. */
class WatchedServicesTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final String OWN_TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

  private static final Duration LONG = Duration.ofMinutes(3);

  @TempDir static Path folder;
  private static WatchedPipeline pipeline;

  @BeforeAll
  static void start() throws Exception {
    pipeline = new WatchedPipeline(folder);
  }

  @AfterAll
  static void stop() throws Exception {
    pipeline.close();
  }

  @Test
  void everyMetricIsInTheGuideAndEveryMetricOfTheGuideIsExposed() throws Exception {
    pipeline.damage("prompts");
    pipeline.damage("teacher-logits");
    assertThat(offer("{\"text\": \"value1 value2 value3\"}")).isEqualTo(200);
    assertThat(offer("{}")).isEqualTo(422);
    ask(pipeline.index.service().url().orElseThrow() + "/v1/status");
    pipeline.awaitMetrics(
        "teach", "logitstream_dead_letters_total{", "kafka_consumer_fetch_manager_records_lag{");
    pipeline.awaitMetrics(
        "train",
        "logitstream_dead_letters_total{",
        "logitstream_trainer_acceptance{",
        "kafka_consumer_fetch_manager_records_lag{");
    pipeline.awaitMetrics(
        "index",
        "logitstream_index_unreadable_total{",
        "logitstream_index_questions_seconds_count{");

    Map<String, ExposedMetrics> exposed = new LinkedHashMap<>();
    pipeline
        .services
        .keySet()
        .forEach(command -> exposed.put(command, ExposedMetrics.parse(pipeline.metrics(command))));
    String page = MetricsPage.of(exposed);

    Path written = Files.writeString(Path.of("target", "metrics.md"), page);
    assertThat(page).as("each has a meaning").doesNotContain("|  |\n");
    assertThat(Files.readString(Path.of("..", "docs", "metrics.md")))
        .as("take it over where the change is wanted: %s", written)
        .isEqualTo(page);
  }

  @Test
  void theStatusTellsWhereEachServiceStands() {
    await().atMost(LONG).untilAsserted(() -> tellsWhereATeacherStands(status("teach")));
    await().atMost(LONG).untilAsserted(() -> tellsWhereATrainerStands(status("train")));
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              JsonNode producer = status("produce");
              assertThat(producer.path("source").asText()).isEqualTo("documents");
              assertThat(producer.path("prompts").asLong()).isPositive();
              assertThat(status("index").path("recordsBehind").asLong(-1)).isNotNegative();
            });
  }

  private static void tellsWhereATeacherStands(JsonNode teacher) {
    assertThat(teacher.path("ready").asBoolean()).as("%s", teacher).isTrue();
    assertThat(teacher.path("teacher").asText()).startsWith("tiny@");
    assertThat(teacher.path("partitions")).hasSize(2);
    for (JsonNode partition : teacher.path("partitions")) {
      assertThat(partition.path("topic").asText()).isEqualTo("prompts");
      assertThat(partition.path("nextOffset").asLong()).as("%s", teacher).isPositive();
      assertThat(partition.path("lag").isNumber()).as("%s", teacher).isTrue();
    }
  }

  private static void tellsWhereATrainerStands(JsonNode trainer) {
    assertThat(trainer.path("run").asText()).isEqualTo(WatchedPipeline.RUN);
    assertThat(trainer.path("step").asLong()).isPositive();
    assertThat(trainer.at("/checkpoint/id").asText()).startsWith(WatchedPipeline.RUN + "/");
    assertThat(trainer.at("/heldOut/text/acceptance").asDouble(-1)).isBetween(0.0, 1.0);
    assertThat(trainer.path("partitions").findValuesAsText("topic"))
        .containsExactly("teacher-logits", "teacher-logits");
  }

  @Test
  void aTraceGoesWithItsPromptToItsLogitsAndIsLinkedByTheStepsOfACheckpoint() throws Exception {
    StringBuilder prompts = new StringBuilder();
    for (int i = 0; i < 24; i++) {
      prompts.append("{\"text\": \"value1 value2 value%d\", \"key\": \"t%d\"},".formatted(i, i));
    }
    assertThat(
            offer(
                "{\"prompts\": [%s {\"text\": \"value9\", \"key\": \"own\", \"traceparent\": \"%s\"}]}"
                    .formatted(prompts, OWN_TRACE),
                "traceparent",
                TRACE,
                "tracestate",
                "vendor=7"))
        .isEqualTo(200);
    await()
        .atMost(LONG)
        .untilAsserted(
            () ->
                assertThat(committed("checkpoints"))
                    .extracting(WatchedServicesTest::trace)
                    .containsAnyElementsOf(tracesOfStepsThatLink(TRACE)));
    await().atMost(LONG).untilAsserted(WatchedServicesTest::eachPromptHasItsTrace);
  }

  private static void eachPromptHasItsTrace() {
    Map<String, ConsumerRecord<String, byte[]>> offered = new HashMap<>();
    try (RecordDeserializer<Prompt> reader = reader(Prompt.class)) {
      for (ConsumerRecord<String, byte[]> read : committed("prompts")) {
        Prompt prompt = reader.deserialize("prompts", read.value());
        offered.put(
            prompt.getIdempotencyKey() == null ? prompt.getSource() : prompt.getIdempotencyKey(),
            read);
      }
    }
    assertThat(offered).containsKeys("t0", "own", "documents", "lines");
    ConsumerRecord<String, byte[]> traced = Objects.requireNonNull(offered.get("t0"));
    assertThat(TraceContext.of(traced.headers()))
        .contains(TraceContext.of(TRACE, Optional.of("vendor=7")));
    assertThat(trace(offered.get("own"))).isEqualTo(OWN_TRACE);
    assertThat(trace(offered.get("documents"))).as("tracing.start is off").isNull();
    assertThat(trace(offered.get("lines"))).as("tracing.start is on").endsWith("-01");
    assertThat(committed("teacher-logits", "evaluation-logits"))
        .filteredOn(read -> read.key().startsWith(traced.key()))
        .isNotEmpty()
        .extracting(read -> TraceContext.of(read.headers()))
        .containsOnly(TraceContext.parse(TRACE, "vendor=7"));
  }

  @Test
  void aCommandThatFollowsCheckpointsIsToldTheTraceOfEach() throws Exception {
    pipeline.awaitMetrics("train", "logitstream_trainer_acceptance{");
    KafkaSettings kafka = pipeline.clients.settings();
    Path told = folder.resolve("told");
    try (ServiceProcess follower =
        ServiceProcess.start(
            "follower",
            System.getProperty("java.class.path"),
            folder,
            List.of(
                "checkpoints",
                "follow",
                "--run",
                WatchedPipeline.RUN,
                "--once",
                "--exec",
                "echo $CHECKPOINT_SEQUENCE $TRACEPARENT >> " + told,
                "--bootstrap-servers",
                kafka.bootstrapServers(),
                "--registry-url",
                kafka.registryUrl()))) {
      assertThat(follower.awaitExit(LONG.toSeconds())).as(follower.output()).isZero();
    }

    List<String> traces = new ArrayList<>();
    try (RecordDeserializer<CheckpointManifest> reader = reader(CheckpointManifest.class)) {
      for (ConsumerRecord<String, byte[]> read : committed("checkpoints")) {
        long sequence = reader.deserialize("checkpoints", read.value()).getSequence();
        traces.add("%d %s".formatted(sequence, trace(read)));
      }
    }
    assertThat(Files.readAllLines(told)).isNotEmpty().isSubsetOf(traces);
  }

  private static List<String> tracesOfStepsThatLink(String trace) {
    List<String> linking = new ArrayList<>();
    try (RecordDeserializer<TrainingStep> reader = reader(TrainingStep.class)) {
      for (ConsumerRecord<String, byte[]> read : committed("training-steps")) {
        if (reader.deserialize("training-steps", read.value()).getTraceLinks().contains(trace)) {
          linking.add(trace(read));
        }
      }
    }
    return linking;
  }

  private static <T extends SpecificRecord> RecordDeserializer<T> reader(Class<T> type) {
    return new RecordDeserializer<>(pipeline.clients.settings(), type);
  }

  private static List<ConsumerRecord<String, byte[]>> committed(String... topics) {
    KafkaProbe probe = new KafkaProbe(pipeline.clients);
    return Stream.of(topics)
        .flatMap(topic -> probe.committed(topic).stream())
        .filter(read -> !read.key().equals(WatchedPipeline.DAMAGED))
        .toList();
  }

  private static @Nullable String trace(@Nullable ConsumerRecord<String, byte[]> read) {
    return Objects.requireNonNull(read).headers().lastHeader(TraceContext.TRACEPARENT) == null
        ? null
        : TraceContext.of(read.headers()).orElseThrow().traceparent();
  }

  private static JsonNode status(String command) throws Exception {
    return new ObjectMapper().readTree(pipeline.get(command, "/status"));
  }

  /** Offers prompts; returns the status. */
  private static int offer(String prompt, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/v1/prompts".formatted(pipeline.intake.service().port())))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(prompt));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return HttpClient.newHttpClient()
        .send(request.build(), HttpResponse.BodyHandlers.discarding())
        .statusCode();
  }

  private static void ask(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
  }
}
