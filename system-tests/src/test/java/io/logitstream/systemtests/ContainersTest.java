package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.dockerjava.api.DockerClient;
import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.schemas.CheckpointManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.Network;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.kafka.KafkaContainer;

/**
 * The services, each in a process of its own, against the images that production runs: Kafka's
 * broker, which stands still for a while in the middle, and registries of several makers.
 */
@Timeout(300)
class ContainersTest {
  private static final String KAFKA = "apache/kafka:4.1.1";
  private static final String CONFLUENT_REGISTRY = "confluentinc/cp-schema-registry:7.9.5";
  private static final String APICURIO_REGISTRY = "apicurio/apicurio-registry:3.0.9";
  private static final String RUN = "containers";
  private static final int DOCUMENTS = 60;
  private static final int STEP_RECORDS = 4;

  @TempDir Path folder;

  @Test
  @EnabledIfImages(KAFKA)
  void aBrokerOfApacheWithTheRegistryOfLogitstream() throws Exception {
    try (KafkaContainer kafka = new KafkaContainer(KAFKA)) {
      kafka.start();
      Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 3);
      Pipeline onContainer = pipeline.withBroker(kafka.getBootstrapServers());
      try (ServiceProcess registry = onContainer.registry()) {
        runsWhole(onContainer, kafka);
        assertThat(registry.isAlive()).as(registry.output()).isTrue();
      }
    }
  }

  @Test
  @EnabledIfImages({KAFKA, CONFLUENT_REGISTRY})
  void aBrokerOfApacheWithTheRegistryOfConfluent() throws Exception {
    try (Network network = Network.newNetwork();
        KafkaContainer kafka =
            new KafkaContainer(KAFKA).withListener("broker:19092").withNetwork(network);
        GenericContainer<?> registry =
            new GenericContainer<>(CONFLUENT_REGISTRY)
                .withNetwork(network)
                .withEnv("SCHEMA_REGISTRY_HOST_NAME", "registry")
                .withEnv("SCHEMA_REGISTRY_KAFKASTORE_BOOTSTRAP_SERVERS", "broker:19092")
                .withEnv("SCHEMA_REGISTRY_LISTENERS", "http://0.0.0.0:8081")
                .withExposedPorts(8081)
                .waitingFor(Wait.forHttp("/subjects"))) {
      kafka.start();
      registry.start();
      runsWhole(pipelineOn(kafka, registry, 8081, ""), kafka);
    }
  }

  @Test
  @EnabledIfImages({KAFKA, APICURIO_REGISTRY})
  void aBrokerOfApacheWithTheRegistryOfApicurio() throws Exception {
    try (KafkaContainer kafka = new KafkaContainer(KAFKA);
        GenericContainer<?> registry =
            new GenericContainer<>(APICURIO_REGISTRY)
                .withExposedPorts(8080)
                .waitingFor(Wait.forHttp("/apis/ccompat/v7/subjects"))) {
      kafka.start();
      registry.start();
      runsWhole(pipelineOn(kafka, registry, 8080, "/apis/ccompat/v7"), kafka);
    }
  }

  private Pipeline pipelineOn(
      KafkaContainer kafka, GenericContainer<?> registry, int port, String path) throws Exception {
    return Pipeline.prepare(folder, DOCUMENTS, 3)
        .withBroker(kafka.getBootstrapServers())
        .withRegistry("http://" + registry.getHost() + ":" + registry.getMappedPort(port) + path);
  }

  /** From documents to checkpoints, with a broker that answers nobody for a while. */
  private static void runsWhole(Pipeline pipeline, KafkaContainer kafka) throws Exception {
    pipeline.awaitUp();
    pipeline.command("topics", "topics", "create");
    pipeline.command("verify", "topics", "verify");
    try (ServiceProcess producer = pipeline.produce(15);
        ServiceProcess firstTeacher = pipeline.teach("teacher-1");
        ServiceProcess secondTeacher = pipeline.teach("teacher-2");
        ServiceProcess trainer =
            pipeline.train("trainer", RUN, STEP_RECORDS, "checkpoint.every-steps=2")) {
      await()
          .atMost(Duration.ofSeconds(90))
          .untilAsserted(
              () -> assertThat(pipeline.manifests(RUN)).as(trainer.output()).hasSizeGreaterThan(1));
      standsStillUntilNoticed(kafka, firstTeacher);
      assertThat(producer.awaitExit(120)).as(producer.output()).isZero();
      await()
          .atMost(Duration.ofSeconds(120))
          .untilAsserted(
              () ->
                  assertThat(pipeline.scoredPrompts())
                      .as(firstTeacher.output() + secondTeacher.output())
                      .isEqualTo(pipeline.prompts()));
      long steps = pipeline.probe().committed("teacher-logits").size() / STEP_RECORDS;
      await()
          .atMost(Duration.ofSeconds(120))
          .untilAsserted(
              () ->
                  assertThat(newest(pipeline).getStep())
                      .as(trainer.output())
                      .isEqualTo(steps / 2 * 2));
    }
    List<String> windows = pipeline.windows();
    assertThat(new HashSet<>(windows)).as("each window is there once").hasSameSizeAs(windows);
    assertThat(pipeline.prompts()).isGreaterThanOrEqualTo(DOCUMENTS);
    assertThat(
            LedgerAudit.of(
                newest(pipeline),
                pipeline.ledger(RUN),
                pipeline.probe().committed("teacher-logits")))
        .isEqualTo(new LedgerAudit(0, 0));
    pipeline.command("proof", "verify", "--checkpoint", RUN + "/latest");
  }

  private static void standsStillUntilNoticed(KafkaContainer kafka, ServiceProcess service) {
    DockerClient docker = DockerClientFactory.lazyClient();
    docker.pauseContainerCmd(kafka.getContainerId()).exec();
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .untilAsserted(() -> assertThat(service.output()).contains("kafka is not available at"));
    } finally {
      docker.unpauseContainerCmd(kafka.getContainerId()).exec();
    }
  }

  private static CheckpointManifest newest(Pipeline pipeline) {
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      return reader.newest(RUN).orElseThrow();
    }
  }
}
