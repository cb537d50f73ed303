package io.logitstream.systemtests.deployment;

import static io.logitstream.systemtests.deployment.RenderedChart.container;
import static io.logitstream.systemtests.deployment.RenderedChart.map;
import static io.logitstream.systemtests.deployment.RenderedChart.pod;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.Gson;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.logitstream.console.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Helm chart, rendered by Helm and held to what Kubernetes and the commands understand. */
class HelmChartTest {
  private static final String MOUNTED_SECRETS = "/etc/logitstream/secrets/";

  /** Everything that the chart can do. */
  private static final String ALL =
      """
      image: {repository: registry.example/logitstream, tag: "7", pullPolicy: Always}
      imagePullSecrets: [{name: puller}]
      settings:
        kafka.security.protocol: SASL_SSL
        kafka.ssl.truststore.location: /etc/kafka/trust.p12
        topics.prefix: team.
      secrets:
        kafka.sasl.jaas.config: {secret: kafka, key: jaas}
      mounts:
        - {name: certificates, mountPath: /etc/kafka, secret: kafka-ca}
        - {name: more, mountPath: /etc/more, configMap: more}
      models:
        - {name: models, mountPath: /models, claim: models}
      serviceAccountName: pipeline
      podAnnotations: {a: b}
      podLabels: {team: search}
      teacher:
        replicas: 3
        image: {tag: 7-cuda}
        settings: {teacher.sample-size: "64", topics.prefix: ""}
        secrets: {kafka.sasl.jaas.config: {secret: kafka-teacher, key: jaas}}
        environment: {JDK_JAVA_OPTIONS: -Xmx2g}
        resources: {limits: {memory: 8Gi, nvidia.com/gpu: "1"}}
        nodeSelector: {accelerator: gpu}
        tolerations: [{key: nvidia.com/gpu, operator: Exists}]
        affinity: {podAntiAffinity: {}}
        runtimeClassName: nvidia
        priorityClassName: high
      trainers:
        student: null
        a: {model: /models/a}
        b: {model: /models/b, run: b.2, settings: {optimizer.kind: muon}}
      index: {storage: 20Gi, storageClassName: fast}
      podMonitor: {enabled: true, labels: {release: prometheus}}
      networkPolicy:
        enabled: true
        health: [{namespaceSelector: {matchLabels: {team: monitoring}}}]
        intake: [{ipBlock: {cidr: 10.0.0.0/8}}, {podSelector: {matchLabels: {team: search}}}]
      """;

  @TempDir private static Path folder;
  private static Path chart;
  private static RenderedChart defaults;
  private static RenderedChart all;

  @BeforeAll
  static void render() throws IOException {
    chart = RenderedChart.copyTo(folder.resolve("chart"));
    defaults = RenderedChart.of(chart, "pipeline");
    all = rendered(ALL);
  }

  @Test
  void helmFindsNothingToComplainOf() {
    LintResult result = new Helm(RenderedChart.CHART).lint().strict().call();

    assertThat(result.isFailed()).as(String.join("\n", result.getMessages())).isFalse();
  }

  @Test
  void theDefaultsAreOneOfEachServiceAndTheirTopics() {
    assertThat(defaults.names())
        .containsExactlyInAnyOrder(
            "ConfigMap/pipeline-topics",
            "Job/pipeline-topics",
            "ConfigMap/pipeline-producer",
            "StatefulSet/pipeline-producer",
            "Service/pipeline-producer",
            "ConfigMap/pipeline-teacher",
            "Deployment/pipeline-teacher",
            "ConfigMap/pipeline-trainer-student",
            "StatefulSet/pipeline-trainer-student",
            "ConfigMap/pipeline-index",
            "StatefulSet/pipeline-index",
            "Service/pipeline-pods");
  }

  @Test
  void kubernetesHasEveryFieldThatIsUsed() throws IOException {
    List<Map<String, Object>> objects = new ArrayList<>(defaults.objects());
    objects.addAll(all.objects());

    for (Map<String, Object> object : objects) {
      if (!"PodMonitor".equals(object.get("kind"))) {
        KubernetesFields.assertValid(object);
      }
    }
  }

  @Test
  void aFieldThatKubernetesLacksIsFound() {
    Map<String, Object> misspelt = new LinkedHashMap<>(defaults.workloads().get(0));
    misspelt.put("spec", Map.of("template", Map.of("spec", Map.of("containres", List.of()))));

    assertThatThrownBy(() -> KubernetesFields.assertValid(misspelt))
        .hasMessageContaining("contain");
  }

  @Test
  void podsKeepToTheRestrictedSecurityStandard() {
    for (Map<String, Object> workload : all.workloads()) {
      Map<String, Object> spec = map(pod(workload), "spec");

      assertThat(map(spec, "securityContext"))
          .containsEntry("runAsNonRoot", true)
          .containsEntry("runAsUser", 10001)
          .containsEntry("seccompProfile", Map.of("type", "RuntimeDefault"));
      assertThat(map(container(workload), "securityContext"))
          .containsEntry("allowPrivilegeEscalation", false)
          .containsEntry("readOnlyRootFilesystem", true)
          .containsEntry("capabilities", Map.of("drop", List.of("ALL")));
      assertThat(spec)
          .containsEntry("automountServiceAccountToken", false)
          .containsEntry("enableServiceLinks", false);
    }
  }

  @Test
  void everyServiceUnderstandsItsArgumentsAndSettings() throws IOException {
    for (RenderedChart release : List.of(defaults, all)) {
      for (Map<String, Object> workload : release.workloads()) {
        String printed = printConfiguration(release, workload);

        assertThat(printed)
            .contains("kafka.bootstrap.servers=kafka-bootstrap:9092  # from the file")
            .contains("registry.auto-register=false  # from the file");
      }
    }
  }

  @Test
  void aServicesOwnSettingsGoBeforeThoseOfAll() throws IOException {
    assertThat(settings(all, "pipeline-teacher"))
        .containsEntry("topics.prefix", "")
        .containsEntry("teacher.sample-size", "64")
        .containsEntry("kafka.security.protocol", "SASL_SSL")
        .containsEntry("kafka.sasl.jaas.config-file", MOUNTED_SECRETS + "kafka.sasl.jaas.config")
        .doesNotContainKey("intake.http.token-file");
    assertThat(settings(all, "pipeline-trainer-a"))
        .containsEntry("topics.prefix", "team.")
        .containsEntry("run", "a");
    assertThat(settings(all, "pipeline-trainer-b"))
        .containsEntry("run", "b.2")
        .containsEntry("optimizer.kind", "muon");
    assertThat(settings(all, "pipeline-producer")).containsKey("intake.http.token-file");
  }

  @Test
  void aServiceMayBeAUserOfItsOwn() {
    assertThat(secrets("Deployment/pipeline-teacher"))
        .containsOnlyOnce("kafka.sasl.jaas.config of kafka-teacher")
        .doesNotContain("kafka.sasl.jaas.config of kafka")
        .contains("health.token of logitstream");
    assertThat(secrets("StatefulSet/pipeline-producer"))
        .containsExactlyInAnyOrder(
            "kafka.sasl.jaas.config of kafka",
            "health.token of logitstream",
            "intake.http.token of logitstream");
  }

  /** The files of secrets that a workload's pod sees, each with the Secret that it lies in. */
  private static List<String> secrets(String workload) {
    List<String> files = new ArrayList<>();
    for (Object volume : list(map(pod(all.get(workload)), "spec").get("volumes"))) {
      for (Object source : list(map(map(volume), "projected").get("sources"))) {
        Map<String, Object> secret = map(map(source), "secret");
        for (Object item : list(secret.get("items"))) {
          files.add("%s of %s".formatted(map(item).get("path"), secret.get("name")));
        }
      }
    }
    return files;
  }

  private static List<?> list(@Nullable Object list) {
    return list == null ? List.of() : (List<?>) list;
  }

  @Test
  void settingsReachServicesAsTheyAreWritten() throws IOException {
    String written = " C:\\new\\table = #1: \t\"ü\"\nsecond line\r";
    RenderedChart release =
        rendered("settings: {kafka.client.id: %s}".formatted(new Gson().toJson(written)));

    assertThat(settings(release, "pipeline-topics")).containsEntry("kafka.client.id", written);
  }

  @Test
  void topicsAreThereBeforeServicesStart() {
    for (String object : List.of("ConfigMap/pipeline-topics", "Job/pipeline-topics")) {
      assertThat(map(defaults.get(object), "metadata", "annotations"))
          .containsEntry(RenderedChart.HOOK, "pre-install,pre-upgrade");
    }
  }

  @Test
  void podsAreReplacedWhenTheirSettingsChangeAndOnlyThen() throws IOException {
    Map<String, Object> before = checksums(defaults);
    Map<String, Object> after =
        checksums(rendered("teacher: {settings: {teacher.sample-size: \"8\"}}"));

    assertThat(after.keySet()).isEqualTo(before.keySet());
    assertThat(after).isNotEqualTo(before);
    before.remove("Deployment/pipeline-teacher");
    assertThat(after).containsAllEntriesOf(before);
  }

  @Test
  void teachersShareAndTrainersDoNot() {
    Map<String, Object> teacher = all.get("Deployment/pipeline-teacher");
    assertThat(map(teacher, "spec")).containsEntry("replicas", 3);
    assertThat(container(teacher)).containsEntry("image", "registry.example/logitstream:7-cuda");
    assertThat(map(container(teacher), "resources", "limits")).containsEntry("nvidia.com/gpu", "1");
    assertThat(map(pod(teacher), "spec")).containsEntry("runtimeClassName", "nvidia");
    assertThat(map(all.get("PodDisruptionBudget/pipeline-teacher"), "spec"))
        .containsEntry("maxUnavailable", 1);
    for (String trainer : List.of("pipeline-trainer-a", "pipeline-trainer-b")) {
      assertThat(map(all.get("StatefulSet/" + trainer), "spec")).containsEntry("replicas", 1);
    }
    assertThat(all.names()).doesNotContain("StatefulSet/pipeline-trainer-student");
  }

  @Test
  void theOperatorScrapesWithTheTokenThatServicesAskFor() {
    Map<String, Object> monitor = all.get("PodMonitor/pipeline");

    assertThat(map(monitor, "metadata", "labels")).containsEntry("release", "prometheus");
    Map<String, Object> endpoint =
        map(((List<?>) map(monitor, "spec").getOrDefault("podMetricsEndpoints", List.of())).get(0));
    assertThat(endpoint).containsEntry("port", "health").containsEntry("path", "/metrics");
    assertThat(map(endpoint, "authorization", "credentials"))
        .isEqualTo(Map.of("name", "logitstream", "key", "health-token"));
  }

  @Test
  void onlyWhoIsNamedReachesThePods() throws IOException {
    Map<String, Object> pods = map(all.get("NetworkPolicy/pipeline-pods"), "spec");
    assertThat(pods)
        .containsEntry("policyTypes", List.of("Ingress"))
        .containsEntry(
            "ingress",
            List.of(
                Map.of(
                    "from",
                    List.of(
                        Map.of(
                            "namespaceSelector",
                            Map.of("matchLabels", Map.of("team", "monitoring")))),
                    "ports",
                    List.of(Map.of("protocol", "TCP", "port", "health")))));
    for (Map<String, Object> workload : all.workloads()) {
      assertThat(map(pod(workload), "metadata", "labels"))
          .containsAllEntriesOf(map(pods, "podSelector", "matchLabels"));
    }
    Map<String, Object> intake = map(all.get("NetworkPolicy/pipeline-producer"), "spec");
    assertThat(map(pod(all.get("StatefulSet/pipeline-producer")), "metadata", "labels"))
        .containsAllEntriesOf(map(intake, "podSelector", "matchLabels"));
    assertThat(intake.toString()).contains("10.0.0.0/8").contains("port=http");

    RenderedChart closed = rendered("networkPolicy: {enabled: true, intake: []}");
    assertThat(map(closed.get("NetworkPolicy/pipeline-pods"), "spec")).doesNotContainKey("ingress");
    assertThat(closed.names()).doesNotContain("NetworkPolicy/pipeline-producer");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "teacher: {replicas: -1}                              | /teacher/replicas",
        "producer: {source: a/b}                              | /producer/source",
        "producer: {port: 9100}                               | /producer/port",
        "colour: red                                          | colour",
        "trainers: {Upper: {model: /m}}                       | Upper",
        "trainers: {a: {model: relative}}                     | /trainers/a/model",
        "settings: {topics.partitions: 1000000}               | /settings/topics.partitions",
        "secrets: {health.token: null}                        | health.token",
        "networkPolicy: {health: [{}]}                        | /networkPolicy/health/0",
        "mounts: [{name: a, mountPath: /a}]                   | /mounts/0",
        "teacher: {environment: {LOGITSTREAM_RUN: x}}         | LOGITSTREAM_RUN",
        "trainers: {a: {model: /m, run: x}, b: {model: /m, run: x}} | trainers a and b both write the run x",
      })
  void valuesThatDoNotFitAreRefusedByName(String bad, String named) {
    assertThatThrownBy(() -> rendered(bad)).hasMessageContaining(named);
  }

  @Test
  void aNameThatKubernetesWouldCutIsRefused() {
    assertThatThrownBy(() -> RenderedChart.of(chart, "a".repeat(45)))
        .hasMessageContaining("expected at most 52");
  }

  @Test
  void theChartIsForTheVersionThatIsBuilt() throws IOException {
    String description = Files.readString(RenderedChart.CHART.resolve("Chart.yaml"));
    String pom = Files.readString(Path.of("..", "pom.xml"));
    String version = pom.replaceFirst("(?s).*?<version>([^<]*?)(-SNAPSHOT)?</version>.*", "$1");

    assertThat(description).contains("\nappVersion: " + version + "\n");
  }

  /** Runs the container's command with its settings, where its secrets are files. */
  private static String printConfiguration(RenderedChart release, Map<String, Object> workload)
      throws IOException {
    String name = String.valueOf(map(workload, "metadata").get("name"));
    Path secrets = Files.createDirectories(folder.resolve("secrets"));
    Map<String, String> settings = settings(release, name);
    Properties file = new Properties();
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      String value = setting.getValue();
      if (value.startsWith(MOUNTED_SECRETS)) {
        Path secret = secrets.resolve(value.substring(MOUNTED_SECRETS.length()));
        value = Files.writeString(secret, "secret\n").toString();
      }
      file.setProperty(setting.getKey(), value);
    }
    Path config = folder.resolve(name + ".properties");
    try (var writer = Files.newBufferedWriter(config)) {
      file.store(writer, null);
    }
    List<String> arguments = new ArrayList<>();
    for (Object argument : (List<?>) container(workload).getOrDefault("args", List.of())) {
      String text = argument.toString();
      arguments.add(text.startsWith("/etc/logitstream/settings/") ? config.toString() : text);
    }
    arguments.add("--print-config");

    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.run(
            Map.of(), new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    assertThat(status).as(name + ": " + err).isZero();
    return out.toString();
  }

  private static Map<String, String> settings(RenderedChart release, String name)
      throws IOException {
    Properties properties = new Properties();
    Object text = map(release.get("ConfigMap/" + name), "data").get("logitstream.properties");
    properties.load(new StringReader(String.valueOf(text)));
    Map<String, String> settings = new HashMap<>();
    properties.forEach((key, value) -> settings.put(key.toString(), value.toString()));
    return settings;
  }

  private static Map<String, Object> checksums(RenderedChart release) {
    Map<String, Object> checksums = new HashMap<>();
    for (Map<String, Object> workload : release.workloads()) {
      checksums.put(
          RenderedChart.name(workload),
          map(pod(workload), "metadata", "annotations").get("checksum/settings"));
    }
    return checksums;
  }

  private static RenderedChart rendered(String values) throws IOException {
    Path file = Files.writeString(Files.createTempFile(folder, "values", ".yaml"), values);
    return RenderedChart.of(chart, "pipeline", file);
  }
}
