package io.logitstream.trainer;

import static org.awaitility.Awaitility.await;

import io.logitstream.embedded.EmbeddedKafka;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** A broker and a registry for all tests of the module; each pipeline has topics of its own. */
final class TestPipeline {
  static final int PARTITIONS = 3;

  private static final AtomicInteger PIPELINES = new AtomicInteger();

  private static final EmbeddedKafka KAFKA = kafka();

  private final KafkaSettings settings;
  private final KafkaClients clients;

  TestPipeline() {
    this(KAFKA.bootstrapServers(), KAFKA.registryUrl(), "t" + PIPELINES.incrementAndGet() + ".");
  }

  /** On servers of a test's own. */
  TestPipeline(String bootstrapServers, String registryUrl, String prefix) {
    settings = new KafkaSettings(bootstrapServers, registryUrl, prefix, true, Map.of());
    clients = new KafkaClients(settings, "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, Topic.pipeline(settings.topicPrefix(), PARTITIONS, (short) 1));
    }
  }

  private static EmbeddedKafka kafka() {
    EmbeddedKafka kafka = EmbeddedKafka.temporary("trainer-test");
    // The tests that share it do not know which of them is the last.
    Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "kafka-of-tests"));
    return kafka;
  }

  KafkaSettings settings() {
    return settings;
  }

  KafkaClients clients() {
    return clients;
  }

  String topic(Topic topic) {
    return topic.named(settings.topicPrefix());
  }

  /** The committed records of a topic's first partition. */
  List<ConsumerRecord<String, byte[]>> records(String topic) {
    return CommittedLog.read(clients::consumer, topic).stream()
        .filter(read -> read.partition() == 0)
        .toList();
  }

  /** Adds partitions to a topic. */
  void grow(Topic topic, int partitions) {
    try (Admin admin = clients.admin()) {
      Futures.await(
          admin.createPartitions(Map.of(topic(topic), NewPartitions.increaseTo(partitions))).all(),
          "add partitions");
      await().until(() -> Topics.identity(admin, topic(topic)).partitions() == partitions);
    }
  }

  /** Removes everything from a topic, as retention does. */
  void empty(Topic topic) {
    try (Admin admin = clients.admin()) {
      for (int partition = 0; partition < PARTITIONS; partition++) {
        Futures.await(
            admin
                .deleteRecords(
                    Map.of(
                        new TopicPartition(topic(topic), partition),
                        RecordsToDelete.beforeOffset(-1)))
                .all(),
            "remove records");
      }
    }
  }

  /** Deletes a topic and creates it again: an empty one, with another id. */
  void recreate(Topic topic) {
    try (Admin admin = clients.admin()) {
      Futures.await(admin.deleteTopics(List.of(topic(topic))).all(), "delete a topic");
      await().until(() -> !admin.listTopics().names().get().contains(topic(topic)));
      Topics.create(
          admin, List.of(topic.specification(settings.topicPrefix(), PARTITIONS, (short) 1)));
    }
  }
}
