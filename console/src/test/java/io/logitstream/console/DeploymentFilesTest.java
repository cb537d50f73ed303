package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the files of a deployment say is what the commands understand. */
class DeploymentFilesTest {
  private static final Path HOME = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"topics", "producer", "teacher", "trainer", "index"})
  void composeStartsServicesThatUnderstandTheirSettings(String name) throws IOException {
    Map<String, Object> service =
        map(map(yaml(HOME.resolve("docker-compose.yml")), "services"), name);
    Map<String, String> environment = new HashMap<>();
    map(service, "environment")
        .forEach(
            (variable, value) ->
                environment.put(
                    variable, value.toString().replace("${LOGITSTREAM_TOKEN:-local-only}", "t")));
    List<String> command = new ArrayList<>();
    ((List<?>) service.getOrDefault("command", List.of()))
        .forEach(word -> command.add(word.toString()));
    command.add("--print-config");

    Invocation printed = Invocation.withEnvironment(environment, command.toArray(String[]::new));

    assertThat(printed.status()).as(printed.err()).isZero();
    assertThat(printed.out())
        .contains("kafka.bootstrap.servers=broker:19092  # from the environment");
  }

  @Test
  void prometheusScrapesTheServicesOfCompose() throws IOException {
    Map<String, Object> services = map(yaml(HOME.resolve("docker-compose.yml")), "services");
    Map<String, Object> scraped =
        yaml(HOME.resolve(Path.of("ops", "prometheus", "prometheus.yml")));

    for (String target : List.of("producer", "teacher", "trainer", "index")) {
      assertThat(scraped.toString()).contains(target + ":9100");
      assertThat(map(map(services, target), "environment"))
          .containsEntry("LOGITSTREAM_HEALTH_PORT", "9100")
          .containsEntry("LOGITSTREAM_HEALTH_HOST", "0.0.0.0");
    }
  }

  @Test
  void theImagesScriptsCanBeRun() {
    Path scripts = HOME.resolve(Path.of("ops", "image"));

    assertThat(scripts.resolve("logitstream")).isExecutable();
    assertThat(scripts.resolve("gather")).isExecutable();
  }

  private static Map<String, Object> yaml(Path file) throws IOException {
    try (Reader reader = Files.newBufferedReader(file)) {
      return new Yaml().load(reader);
    }
  }

  @SuppressWarnings("unchecked") // the keys of these files are strings
  private static Map<String, Object> map(Map<String, Object> of, String name) {
    return (Map<String, Object>) of.getOrDefault(name, Map.of());
  }
}
