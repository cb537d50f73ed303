package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What every service tells of itself while it works. */
class WatchedServicesTest {
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
    offer("{\"text\": \"value1 value2 value3\"}");
    offer("{}");
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
  void theStatusTellsWhereEachServiceStands() throws Exception {
    pipeline.awaitMetrics("train", "logitstream_trainer_acceptance{");

    JsonNode teacher = status("teach");
    JsonNode trainer = status("train");
    JsonNode producer = status("produce");
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> status("index").get("recordsBehind").asLong() >= 0);

    assertThat(teacher.get("ready").asBoolean()).as("%s", teacher).isTrue();
    assertThat(teacher.get("teacher").asText()).startsWith("tiny@");
    assertThat(teacher.get("partitions")).hasSize(2);
    for (JsonNode partition : teacher.get("partitions")) {
      assertThat(partition.get("topic").asText()).isEqualTo("prompts");
      assertThat(partition.get("nextOffset").asLong()).as("%s", teacher).isPositive();
      assertThat(partition.get("lag").isNumber()).as("%s", teacher).isTrue();
    }
    assertThat(trainer.get("run").asText()).isEqualTo(WatchedPipeline.RUN);
    assertThat(trainer.get("step").asLong()).isPositive();
    assertThat(trainer.get("checkpoint").get("id").asText()).startsWith(WatchedPipeline.RUN + "/");
    assertThat(trainer.get("heldOut").get("text").get("acceptance").asDouble()).isBetween(0.0, 1.0);
    assertThat(trainer.get("partitions").findValuesAsText("topic"))
        .containsExactly("teacher-logits", "teacher-logits");
    assertThat(producer.get("source").asText()).isEqualTo("documents");
    assertThat(producer.get("prompts").asLong()).isPositive();
  }

  private static JsonNode status(String command) throws Exception {
    return new ObjectMapper().readTree(pipeline.get(command, "/status"));
  }

  private static void offer(String prompt) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(
                URI.create(
                    "http://127.0.0.1:%d/v1/prompts".formatted(pipeline.intake.service().port())))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(prompt))
            .build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
  }

  private static void ask(String address) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address)).build();
    HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.discarding());
  }
}
