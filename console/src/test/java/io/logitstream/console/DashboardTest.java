package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Grafana's dashboard asks for nothing that services do not expose. */
class DashboardTest {
  private static final Path HOME = Path.of("..");

  private static JsonNode dashboard;
  private static Map<String, Set<String>> documented;

  @BeforeAll
  static void read() throws IOException {
    Path file = HOME.resolve(Path.of("ops", "grafana", "dashboards", "logitstream.json"));
    dashboard = new ObjectMapper().readTree(file.toFile());
    documented = DocumentedMetrics.read(HOME.resolve(Path.of("docs", "metrics.md"))).labels();
  }

  @Test
  void queriesAskForMetricsThatServicesExpose() {
    assertThat(documented).hasSizeGreaterThan(50);
    int queries = 0;
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        PanelQuery query = PanelQuery.of(target.get("expr").asText());
        String where = panel.get("title").asText() + ": " + target.get("expr").asText();

        assertThat(query.metrics()).as(where).isNotEmpty();
        assertThat(documented.keySet()).as(where).containsAll(query.metrics());
        for (String metric : query.metrics()) {
          Set<String> labels = documented.getOrDefault(metric, Set.of());
          assertThat(labels).as(where).containsAll(query.matched());
          assertThat(labels).as(where).containsAll(query.kept().orElse(Set.of()));
          assertThat(query.kept().orElse(labels))
              .as("legend of " + where)
              .containsAll(PanelQuery.legend(target.get("legendFormat").asText()));
        }
        queries++;
      }
    }
    assertThat(queries).isGreaterThan(30);
  }

  @Test
  void everyServicesFigureOfProgressIsThere() {
    Set<String> asked = new HashSet<>();
    for (JsonNode panel : dashboard.get("panels")) {
      for (JsonNode target : panel.path("targets")) {
        asked.addAll(PanelQuery.of(target.get("expr").asText()).metrics());
      }
    }

    assertThat(asked)
        .contains(
            "logitstream_ready",
            "logitstream_producer_prompts_total",
            "logitstream_intake_prompts_total",
            "logitstream_lines_published_total",
            "kafka_consumer_fetch_manager_records_lag",
            "logitstream_teacher_tokens_total",
            "logitstream_trainer_tokens_total",
            "logitstream_trainer_wait_seconds_total",
            "logitstream_trainer_acceptance",
            "logitstream_trainer_forward_kl",
            "logitstream_trainer_checkpoint_timestamp_seconds",
            "logitstream_index_records_behind",
            "logitstream_dead_letters_total",
            "process_resident_memory_bytes");
  }

  @Test
  void aQueryIsReadAsPromqlReadsIt() {
    PanelQuery query =
        PanelQuery.of(
            "sum by (topic, code) (rate(a_total{job=~\"$job\",service=\"sum(b)\"}[5m])) / time()");

    assertThat(query.metrics()).containsExactly("a_total");
    assertThat(query.matched()).containsExactlyInAnyOrder("job", "service");
    assertThat(query.kept().orElseThrow()).containsExactlyInAnyOrder("topic", "code");
    assertThat(PanelQuery.of("a{x=\"y\"}").kept()).isEmpty();
  }

  @Test
  void panelsExplainThemselvesAndDoNotOverlap() {
    Set<Integer> ids = new HashSet<>();
    List<JsonNode> placed = new ArrayList<>();
    for (JsonNode panel : dashboard.get("panels")) {
      assertThat(ids.add(panel.get("id").asInt())).as("id of " + panel.get("title")).isTrue();
      JsonNode place = panel.get("gridPos");
      assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
      assertThat(placed)
          .as("places beside " + panel.get("title"))
          .noneMatch(o -> overlap(o, place));
      placed.add(place);
      if (!panel.get("type").asText().equals("row")) {
        assertThat(panel.path("description").asText()).as("" + panel.get("title")).isNotEmpty();
      }
    }
  }

  private static boolean overlap(JsonNode one, JsonNode other) {
    return overlap(one, other, "x", "w") && overlap(one, other, "y", "h");
  }

  private static boolean overlap(JsonNode one, JsonNode other, String from, String size) {
    return one.get(from).asInt() < other.get(from).asInt() + other.get(size).asInt()
        && other.get(from).asInt() < one.get(from).asInt() + one.get(size).asInt();
  }
}
