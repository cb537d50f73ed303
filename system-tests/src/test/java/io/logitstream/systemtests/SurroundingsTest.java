package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.TopicSpecification;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every service, in this process, in surroundings that are not as they should be. Starting a broker
 * takes longer than all else: the tests share one, which stands still between the first and the
 * second, and goes away in the last. {@link LostKafkaTest} does it with processes, for a minute.
 */
@Timeout(600)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SurroundingsTest {
  private static final int PARTITIONS = 2;
  private static final int DOCUMENTS = 8;
  private static final Duration LONG = Duration.ofMinutes(3);

  private Path folder;
  private Pipeline pipeline;
  private KafkaSettings kafka;
  private EmbeddedBroker broker;
  private EmbeddedRegistry registry;

  @BeforeAll
  void start(@TempDir Path given) throws Exception {
    folder = given;
    pipeline = Pipeline.prepare(folder, DOCUMENTS, PARTITIONS);
    kafka = pipeline.kafka();
    startBroker();
    startRegistry();
    try (Admin admin = pipeline.clients().admin()) {
      Topics.create(admin, topics(""));
      Topics.create(admin, topics("other."));
    }
  }

  @AfterAll
  void stop() {
    stopKafka();
  }

  @Test
  @Order(1)
  void aMissingTopicEndsEveryServiceAndIsNamed() throws Exception {
    for (LocalService service : services("missing.", "documents")) {
      try (service) {
        LogitstreamException failure = service.failure();
        assertThat(failure.kind()).as(service.name()).isEqualTo(FailureKind.CONFIGURATION);
        assertThat(failure)
            .hasMessageContaining("topic missing.%s does not exist".formatted(read(service)))
            .hasMessageContaining("logitstream topics create");
      }
    }
  }

  /** A topic that a service reads or writes: it looks at no others. */
  private static String read(LocalService service) {
    return service.name().equals("trainer") ? "teacher-logits" : "prompts";
  }

  @Test
  @Order(2)
  void tooFewPartitionsAndAWrongCleanupPolicyEndEveryServiceAndAreNamed() throws Exception {
    cleanUp(
        Map.of(
            "other.source-positions", "delete",
            "other.teacher-logits", "compact",
            "other.checkpoints", "delete"));
    Map<String, String> wrong =
        Map.of(
            "producer", "topic other.source-positions: cleanup.policy is delete, expected compact",
            "teacher", "topic other.teacher-logits: cleanup.policy is compact, expected delete",
            "trainer", "topic other.checkpoints: cleanup.policy is delete, expected compact");
    for (LocalService service : services("other.", "documents", 3)) {
      try (service) {
        if (service.name().equals("index")) {
          // It keeps what it needs itself, and takes any number of partitions.
          continue;
        }
        LogitstreamException failure = service.failure();
        assertThat(failure.kind()).as(service.name()).isEqualTo(FailureKind.CONFIGURATION);
        assertThat(failure)
            .hasMessageContaining(wrong.get(service.name()))
            .hasMessageContaining("kafka-configs.sh --bootstrap-server … --alter")
            .hasMessageContaining(
                "topic other.%s: partitions is 2, expected 3".formatted(read(service)))
            .hasMessageContaining("kafka-topics.sh --bootstrap-server … --alter");
      }
    }
  }

  /** Sets cleanup.policy of topics; the broker follows the controller, which answers. */
  private void cleanUp(Map<String, String> policies) throws Exception {
    Map<ConfigResource, Collection<AlterConfigOp>> changes = new HashMap<>();
    policies.forEach(
        (topic, policy) ->
            changes.put(
                new ConfigResource(ConfigResource.Type.TOPIC, topic),
                List.of(
                    new AlterConfigOp(
                        new ConfigEntry("cleanup.policy", policy), AlterConfigOp.OpType.SET))));
    try (Admin admin = pipeline.clients().admin()) {
      admin.incrementalAlterConfigs(changes).all().get();
      await()
          .untilAsserted(
              () -> {
                Map<String, String> found = new HashMap<>();
                admin
                    .describeConfigs(changes.keySet())
                    .all()
                    .get()
                    .forEach(
                        (topic, config) ->
                            found.put(topic.name(), config.get("cleanup.policy").value()));
                assertThat(found).isEqualTo(policies);
              });
    }
  }

  @Test
  @Order(3)
  void aTakenPortEndsWhoWouldAnswerThereAndIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Map<String, String> intake = connected("", PARTITIONS);
      intake.put("source.name", "api");
      intake.put("intake.http.port", port);
      Map<String, String> index = index("");
      index.put("index.port", port);
      for (LocalService service : List.of(LocalService.intake(intake), LocalService.index(index))) {
        try (service) {
          LogitstreamException failure = service.failure();
          assertThat(failure.kind()).as(service.name()).isEqualTo(FailureKind.CONFIGURATION);
          assertThat(failure)
              .hasMessageContaining(port)
              .hasMessageMatching(".*set .*(intake.http|index).port .*to .*free.*");
        }
      }
    }
  }

  @Test
  @Order(4)
  void servicesWaitForABrokerAndARegistryWhoseNamesDoNotResolve() throws Exception {
    KafkaSettings found = kafka;
    kafka =
        new KafkaSettings(
            "broker.invalid:9092", "http://registry.invalid:8081", "", true, Map.of());
    try {
      List<LocalService> services = services("away.", "documents");
      Map<String, String> intake = connected("away.", PARTITIONS);
      intake.put("source.name", "api");
      intake.put("intake.http.port", "0");
      services.add(LocalService.intake(intake));
      for (LocalService service : services) {
        try (service) {
          awaitReadiness(
              service,
              said ->
                  said.contains("no name in broker.invalid:9092 (kafka.bootstrap.servers) resolves")
                      && said.contains(
                          "http://registry.invalid:8081 (registry.url): registry.invalid"));
          assertThat(service.stopsInOrder()).as(service.name()).isTrue();
        }
      }
    } finally {
      kafka = found;
    }
  }

  @Test
  @Order(5)
  void servicesThatAreThereBeforeKafkaAndTheRegistryWaitAndThoseWhoLoseThemGoOn() throws Exception {
    stopKafka();
    List<LocalService> services = services("", "documents");
    try {
      for (LocalService service : services) {
        awaitReadiness(
            service,
            said ->
                said.contains("kafka waiting: is not available at")
                    && said.contains(kafka.bootstrapServers() + " (kafka.bootstrap.servers)")
                    && said.contains(kafka.registryUrl() + " (registry.url)"));
      }
      startBroker();
      for (LocalService service : services) {
        awaitReadiness(
            service,
            said -> said.contains("kafka ready") && said.contains("registry waiting: is not"));
        assertThat(service.isReady()).as(service.name()).isFalse();
      }
      startRegistry();
      awaitScoredAndTrained(DOCUMENTS);

      stopKafka();
      for (LocalService service : services) {
        if (!service.hasEnded()) {
          awaitReadiness(service, said -> said.contains("kafka waiting: is not available at"));
          assertThat(service.isReady()).as(service.name()).isFalse();
        }
      }
      services.add(LocalService.producer(producer("", "more", PARTITIONS)));
      startBroker();
      startRegistry();
      awaitScoredAndTrained(2 * DOCUMENTS);
      for (LocalService service : services) {
        awaitReadiness(service, said -> service.hasEnded() || service.isReady());
      }
    } finally {
      for (LocalService service : services) {
        service.close();
      }
    }
  }

  /** Every prompt is there once, and so is each of its windows; all of them were trained on. */
  private void awaitScoredAndTrained(int documents) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(pipeline.scoredPrompts()).isGreaterThanOrEqualTo(documents));
    List<String> prompts =
        pipeline.read("prompts", Prompt.class).stream().map(Prompt::getPromptId).toList();
    assertThat(prompts).doesNotHaveDuplicates().hasSize(documents);
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> {
              List<String> windows = pipeline.windows();
              assertThat(windows).doesNotHaveDuplicates();
              assertThat(trainedRecords()).isEqualTo(windows.size());
            });
  }

  private long trainedRecords() {
    return pipeline.manifests("run").stream()
        .mapToLong(manifest -> manifest.getTrainedRecords())
        .max()
        .orElse(0);
  }

  private static void awaitReadiness(LocalService service, Predicate<String> condition) {
    await()
        .atMost(LONG)
        .untilAsserted(
            () -> assertThat(condition).as(service.readiness()).accepts(service.readiness()));
  }

  private List<LocalService> services(String prefix, String source) {
    return services(prefix, source, PARTITIONS);
  }

  private List<LocalService> services(String prefix, String source, int partitions) {
    Map<String, String> teacher = connected(prefix, partitions);
    teacher.put("teacher.model", folder.resolve("teacher").toString());
    teacher.put("teacher.encoding", "labels");
    teacher.put("teacher.threads", "1");
    teacher.put("teacher.session-timeout", "6s");
    Map<String, String> trainer = connected(prefix, partitions);
    trainer.put("run", "run");
    trainer.put("student.model", folder.resolve("student").toString());
    trainer.put("loss.soft-weight", "0");
    trainer.put("evaluation.windows", "0");
    trainer.put("compute.threads", "1");
    trainer.put("train.step-records", "1");
    trainer.put("checkpoint.every-steps", "1");
    return new ArrayList<>(
        List.of(
            LocalService.producer(producer(prefix, source, partitions)),
            LocalService.teacher(teacher),
            LocalService.trainer(trainer),
            LocalService.index(index(prefix))));
  }

  private Map<String, String> index(String prefix) {
    Map<String, String> index = connected(prefix, PARTITIONS);
    index.remove("topics.partitions");
    index.put("index.data", folder.resolve("index-" + prefix).toString());
    index.put("index.port", "0");
    return index;
  }

  private Map<String, String> producer(String prefix, String source, int partitions) {
    Map<String, String> producer = connected(prefix, partitions);
    producer.put("source.name", source);
    producer.put("source.paths", "domain=" + folder.resolve("documents"));
    producer.put("held-out.share", "0");
    return producer;
  }

  private Map<String, String> connected(String prefix, int partitions) {
    Map<String, String> values = new HashMap<>();
    values.put("kafka.bootstrap.servers", kafka.bootstrapServers());
    values.put("registry.url", kafka.registryUrl());
    values.put("topics.prefix", prefix);
    values.put("topics.partitions", Integer.toString(partitions));
    values.put("kafka.admin.default.api.timeout.ms", "2000");
    values.put("kafka.admin.request.timeout.ms", "1000");
    values.put("kafka.consumer.default.api.timeout.ms", "2000");
    values.put("kafka.consumer.request.timeout.ms", "1000");
    values.put("kafka.producer.max.block.ms", "2000");
    values.put("kafka.reconnect.backoff.max.ms", "100");
    return values;
  }

  private static List<TopicSpecification> topics(String prefix) {
    return new TopicSettings(prefix, PARTITIONS, (short) 1).pipeline();
  }

  private void startBroker() {
    int port = Integer.parseInt(kafka.bootstrapServers().split(":")[1]);
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder.resolve("data"), port));
  }

  private void startRegistry() {
    registry =
        EmbeddedRegistry.start(
            broker.bootstrapServers(), URI.create(kafka.registryUrl()).getPort());
  }

  private void stopKafka() {
    registry.close();
    broker.close();
  }
}
