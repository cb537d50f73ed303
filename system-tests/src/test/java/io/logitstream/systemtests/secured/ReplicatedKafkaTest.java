package io.logitstream.systemtests.secured;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.teacher.TeacherService;
import io.logitstream.trainer.TrainerProgress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The services on three brokers in three racks: three copies of every topic, two of which must have
 * a write.
 */
@Tag("long")
@Timeout(600)
class ReplicatedKafkaTest {
  private static final Ending DONE = new Ending(ExitStatus.OK, "");

  @Test
  void theServicesGoOnWhileABrokerIsGoneAndWaitWhileTwoAre(@TempDir Path folder) throws Exception {
    try (ThreeBrokers brokers = new ThreeBrokers(folder);
        EmbeddedRegistry registry = EmbeddedRegistry.start(brokers.bootstrapServers(), 0)) {
      Services services =
          new Services(
              Map.of(
                  "kafka.bootstrap.servers",
                  brokers.bootstrapServers(),
                  "registry.url",
                  registry.url(),
                  "topics.partitions",
                  "3",
                  "topics.replication-factor",
                  "3"));
      Map<String, String> second = Map.of("consumer.client.rack", "r2");
      try (Admin admin = new KafkaClients(services.kafka(Map.of()), "admin").admin()) {
        Topics.create(admin, new TopicSettings("", 3, (short) 3).pipeline());
        assertThat(copies(admin)).containsOnly(3);
      }
      SchemaRegistration.register(services.kafka(Map.of()));
      TeacherService teacher = services.teacher(second);
      StopSignal stop = new StopSignal();
      CompletableFuture<Ending> teaching = Ending.later(teacher, stop);

      assertThat(Ending.of(services.producer(Map.of(), "three"))).isEqualTo(DONE);
      awaitScored(teacher, teaching, Services.PROMPTS);
      brokers.stop(3);
      assertThat(Ending.of(services.producer(Map.of(), "two"))).isEqualTo(DONE);
      awaitScored(teacher, teaching, 2 * Services.PROMPTS);
      TrainerProgress progress = new TrainerProgress();
      assertThat(Ending.of(services.trainer(second, progress))).isEqualTo(DONE);
      assertThat(progress.snapshot().checkpoints()).hasSizeGreaterThan(1);

      // Two of three controllers are a quorum too: with one node nothing is taken.
      brokers.stop(2);
      CompletableFuture<Ending> publishing =
          Ending.later(services.producer(Map.of(), "one"), new StopSignal());
      assertThat(teaching).isNotDone();
      brokers.start(2);
      brokers.start(3);
      assertThat(publishing.get(180, TimeUnit.SECONDS)).isEqualTo(DONE);
      awaitScored(teacher, teaching, 3 * Services.PROMPTS);
      stop.request();
      assertThat(teaching.get(3, TimeUnit.MINUTES)).isEqualTo(DONE);
      readsInItsRack(services);
    }
  }

  private static Collection<Integer> copies(Admin admin) throws Exception {
    return admin
        .describeTopics(admin.listTopics().names().get())
        .allTopicNames()
        .get()
        .values()
        .stream()
        .flatMap(topic -> topic.partitions().stream())
        .map(TopicPartitionInfo::replicas)
        .map(Collection::size)
        .toList();
  }

  private static void awaitScored(
      TeacherService teacher, CompletableFuture<Ending> teaching, int prompts) {
    await()
        .atMost(Duration.ofSeconds(180))
        .until(
            () ->
                teaching.isDone()
                    || teacher.progress().prompts() + teacher.progress().deadLetters() >= prompts);
    assertThat(teaching).isNotDone();
  }

  /** A consumer with a rack comes to fetch from the broker there, though another leads. */
  private static void readsInItsRack(Services services) {
    KafkaClients clients =
        new KafkaClients(services.kafka(Map.of("consumer.client.rack", "r2")), "near");
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      TopicPartition partition =
          consumer.partitionsFor("teacher-logits").stream()
              .filter(info -> info.leader().id() != 2)
              .map(info -> new TopicPartition(info.topic(), info.partition()))
              .findFirst()
              .orElseThrow();
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100));
                return consumer.metrics().entrySet().stream()
                    .filter(metric -> metric.getKey().name().equals("preferred-read-replica"))
                    .filter(
                        metric ->
                            metric
                                .getKey()
                                .tags()
                                .getOrDefault("partition", "")
                                .equals(Integer.toString(partition.partition())))
                    .anyMatch(metric -> ((Number) metric.getValue().metricValue()).intValue() == 2);
              });
    }
  }
}
