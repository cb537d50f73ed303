package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

/** What the files of a deployment say is what the commands understand. */
class DeploymentFilesTest {
  private static final Path HOME = Path.of("..");

  @ParameterizedTest
  @ValueSource(strings = {"topics", "producer", "teacher", "trainer", "index"})
  void composeStartsServicesThatUnderstandTheirSettings(String name) throws IOException {
    Map<String, Object> service = service("docker-compose.yml", name);

    Invocation printed = printConfiguration(service, environment(service));

    assertThat(printed.status()).as(printed.err()).isZero();
    assertThat(printed.out())
        .contains("kafka.bootstrap.servers=broker:19092  # from the environment");
  }

  @ParameterizedTest
  @CsvSource({"teacher,teacher.device", "trainer,compute.device"})
  void theGpuVariantAsksForAGpuInsideAndOutside(String name, String setting) throws IOException {
    Map<String, Object> service = service("docker-compose.yml", name);
    Map<String, Object> variant = service("docker-compose.gpu.yml", name);
    Map<String, String> environment = environment(service);
    environment.putAll(environment(variant));

    Invocation printed = printConfiguration(service, environment);

    assertThat(printed.status()).as(printed.err()).isZero();
    assertThat(printed.out())
        .contains(setting + "=cuda  # from the environment")
        .contains("kafka.bootstrap.servers=broker:19092  # from the environment");
    assertThat(variant.get("image")).isNotEqualTo(service.get("image"));
    assertThat(map(map(variant, "build"), "args")).containsEntry("LIBTORCH", "cu128");
    assertThat(map(map(map(variant, "deploy"), "resources"), "reservations").toString())
        .contains("driver=nvidia", "capabilities=[gpu]");
  }

  @Test
  void theGpuVariantChangesOnlyServicesThatThereAre() throws IOException {
    Map<String, Object> services = map(yaml(HOME.resolve("docker-compose.yml")), "services");

    assertThat(services)
        .containsKeys(
            map(yaml(HOME.resolve("docker-compose.gpu.yml")), "services")
                .keySet()
                .toArray(String[]::new));
  }

  @Test
  void theImageTakesTheLibtorchThatItsBindingWasBuiltFor() throws IOException {
    String dockerfile = Files.readString(HOME.resolve("Dockerfile"));
    String pom = Files.readString(HOME.resolve("pom.xml"));
    String version = pom.replaceFirst("(?s).*<libtorch.version>(.*?)</libtorch.version>.*", "$1");

    assertThat(dockerfile).contains("/cu128/", "shared-with-deps-" + version + "%2Bcu128.zip");
    assertThat(getClass().getResource("/jnilib/linux-x86_64/cu128/libdjl_torch.so")).isNotNull();
  }

  @Test
  void theImageTellsDjlOfALibtorchOfItsOwn(@TempDir Path folder) throws Exception {
    Path libtorch = Files.createDirectories(folder.resolve("libtorch"));
    Files.writeString(libtorch.resolve("build-version"), "2.7.1+cu128\n");
    Files.writeString(libtorch.resolve("flavour"), "cu128\n");

    String withCuda = environmentOfJava(folder, folder);
    String without = environmentOfJava(folder, folder.resolve("nowhere"));

    assertThat(withCuda.lines())
        .contains(
            "PYTORCH_LIBRARY_PATH=" + libtorch.resolve("lib"),
            "PYTORCH_VERSION=2.7.1",
            "PYTORCH_FLAVOR=cu128");
    assertThat(without).doesNotContain("PYTORCH_").contains("DJL_OFFLINE=true");
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
  void grafanaFindsPrometheusAndItsDashboard() throws IOException {
    Path grafana = HOME.resolve(Path.of("ops", "grafana"));
    Path provisioning = grafana.resolve("provisioning");
    Map<String, Object> service = service("docker-compose.yml", "grafana");
    Map<String, Object> source =
        first(yaml(provisioning.resolve(Path.of("datasources", "prometheus.yml"))), "datasources");
    Map<String, Object> provider =
        first(yaml(provisioning.resolve(Path.of("dashboards", "logitstream.yml"))), "providers");
    Map<String, Object> prometheus =
        yaml(HOME.resolve(Path.of("ops", "prometheus", "prometheus.yml")));
    String folder = String.valueOf(map(provider, "options").get("path"));

    assertThat(service.get("volumes"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .contains(
            "./ops/grafana/provisioning:/etc/grafana/provisioning:ro",
            "./ops/grafana/dashboards:" + folder + ":ro");
    assertThat(map(service, "environment"))
        .containsEntry("GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH", folder + "/logitstream.json");
    assertThat(grafana.resolve(Path.of("dashboards", "logitstream.json"))).isRegularFile();
    assertThat(source).containsEntry("url", "http://prometheus:9090");
    assertThat(map(source, "jsonData").get("timeInterval"))
        .isEqualTo(map(prometheus, "global").get("scrape_interval"));
  }

  @Test
  void theImagesScriptsCanBeRun() {
    Path scripts = HOME.resolve(Path.of("ops", "image"));

    assertThat(scripts.resolve("logitstream")).isExecutable();
    assertThat(scripts.resolve("gather")).isExecutable();
  }

  @ParameterizedTest
  @CsvSource({
    "produce,true",
    "teach,true",
    "train,true",
    "index,true",
    "verify,false",
    "bench,false"
  })
  void servicesOfTheImageHaltOnAFullHeapAndCommandsWhoseExitCodesSpeakDoNot(
      String command, boolean halts, @TempDir Path folder) throws Exception {
    String arguments = printedByJava("#!/bin/sh\necho $*\n", folder, folder, command, "--run", "r");

    assertThat(arguments)
        .contains(halts ? "-XX:+ExitOnOutOfMemoryError " : "-XX:-ExitOnOutOfMemoryError ")
        .endsWith("io.logitstream.console.Main %s --run r\n".formatted(command));
  }

  /** What the image's entry point gives to the Java that it becomes. */
  private static String environmentOfJava(Path folder, Path home) throws Exception {
    return printedByJava("#!/bin/sh\nexec env\n", folder, home);
  }

  private static String printedByJava(String script, Path folder, Path home, String... arguments)
      throws Exception {
    Path java = folder.resolve("java");
    Files.writeString(java, script);
    assertThat(java.toFile().setExecutable(true)).isTrue();
    List<String> command = new ArrayList<>(List.of(arguments));
    command.add(0, HOME.resolve(Path.of("ops", "image", "logitstream")).toString());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().keySet().removeIf(name -> name.startsWith("PYTORCH_"));
    builder.environment().put("LOGITSTREAM_IMAGE_HOME", home.toString());
    builder.environment().put("PATH", folder + File.pathSeparator + System.getenv("PATH"));
    Process process = builder.redirectErrorStream(true).start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(printed).isZero();
    return printed;
  }

  private static Invocation printConfiguration(
      Map<String, Object> service, Map<String, String> environment) {
    List<String> command = new ArrayList<>();
    ((List<?>) service.getOrDefault("command", List.of()))
        .forEach(word -> command.add(word.toString()));
    command.add("--print-config");
    return Invocation.withEnvironment(environment, command.toArray(String[]::new));
  }

  private static Map<String, String> environment(Map<String, Object> service) {
    Map<String, String> environment = new HashMap<>();
    map(service, "environment")
        .forEach(
            (variable, value) ->
                environment.put(
                    variable, value.toString().replace("${PIPELINE_TOKEN:-local-only}", "t")));
    return environment;
  }

  @SuppressWarnings("unchecked") // the keys of these files are strings
  private static Map<String, Object> first(Map<String, Object> of, String name) {
    return (Map<String, Object>) ((List<?>) of.getOrDefault(name, List.of())).get(0);
  }

  private static Map<String, Object> service(String file, String name) throws IOException {
    Map<String, Object> service = map(map(yaml(HOME.resolve(file)), "services"), name);
    assertThat(service).as(file + " has no " + name).isNotEmpty();
    return service;
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
