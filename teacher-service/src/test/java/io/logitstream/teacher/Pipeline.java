package io.logitstream.teacher;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationLayers;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** The topics around a teacher, under a prefix of their own. */
final class Pipeline implements AutoCloseable {
  static final int PARTITIONS = 4;

  final KafkaClients clients;
  final Admin admin;
  private final KafkaSettings kafka;
  private final Map<String, String> overrides = new HashMap<>();
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;

  Pipeline(KafkaSettings kafka) {
    this.kafka = kafka;
    this.clients = new KafkaClients(kafka, "test");
    this.admin = clients.admin();
    Topics.create(admin, new TopicSettings(kafka.topicPrefix(), PARTITIONS, (short) 1).pipeline());
    this.producer = clients.producer(Map.of());
    this.serializer = new RecordSerializer(kafka);
    overrides.put("kafka.bootstrap.servers", kafka.bootstrapServers());
    overrides.put("registry.url", kafka.registryUrl());
    overrides.put("topics.prefix", kafka.topicPrefix());
    overrides.put("topics.partitions", Integer.toString(PARTITIONS));
    overrides.put("teacher.compute-type", "f32");
    overrides.put("teacher.device", "cpu");
    overrides.put("teacher.name", "tiny");
    overrides.put("teacher.window-tokens", "32");
  }

  Pipeline with(String setting, Object value) {
    overrides.put(setting, value.toString());
    return this;
  }

  TeacherService teacher() {
    return teacher(new SimpleMeterRegistry(), new Health());
  }

  TeacherService teacher(MeterRegistry meters, Health health) {
    return new TeacherService(configuration(), meters, health);
  }

  TeacherService teacher(Health health, TeacherPorts ports) {
    return new TeacherService(configuration(), new SimpleMeterRegistry(), health, ports);
  }

  private Configuration configuration() {
    return Configuration.load(TeacherService.settings(), ConfigurationLayers.of(overrides));
  }

  String topic(Topic topic) {
    return topic.named(kafka.topicPrefix());
  }

  /** A prompt whose id and place follow from its index. */
  static Prompt.Builder prompt(int index, String text) {
    return Prompt.newBuilder()
        .setPromptId(RecordKeys.promptId("test", Integer.toString(index)))
        .setText(text)
        .setSource("test")
        .setSourcePosition("file#" + index)
        .setSourceIndex(index)
        .setDocumentGroup("group")
        .setDomain("prose")
        .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
        .setAttributes(Map.of("language", "en"))
        .setCreatedAt(Instant.ofEpochMilli(1_700_000_000_000L + index));
  }

  void send(Prompt prompt) {
    send(prompt.getPromptId(), serialize(prompt));
  }

  byte[] serialize(Prompt prompt) {
    return serializer.serialize(topic(Topic.PROMPTS), prompt);
  }

  /** Sends bytes to a partition, compressed: the topic takes what unfolds to more. */
  void sendCompressed(int partition, byte[] value) {
    Map<String, Object> config = Map.of("compression.type", "zstd", "max.request.size", 64 << 20);
    try (Producer<String, byte[]> compressing = clients.producer(config)) {
      compressing.send(new ProducerRecord<>(topic(Topic.PROMPTS), partition, "bytes", value));
    }
  }

  void send(String key, byte @Nullable [] value) {
    var unused =
        producer.send(
            new ProducerRecord<>(
                topic(Topic.PROMPTS), PromptPartitioner.partition(key, PARTITIONS), key, value));
    producer.flush();
  }

  List<TeacherLogits> logits(Topic topic) {
    try (RecordDeserializer<TeacherLogits> deserializer =
        new RecordDeserializer<>(kafka, TeacherLogits.class)) {
      return records(topic(topic)).stream()
          .map(read -> deserializer.deserialize(read.topic(), read.value()))
          .toList();
    }
  }

  List<ConsumerRecord<String, byte[]>> deadLetters() {
    return records(Topic.deadLetterTopic(topic(Topic.PROMPTS)));
  }

  /** Every committed record that a topic has now. */
  List<ConsumerRecord<String, byte[]>> records(String topic) {
    return CommittedLog.read(clients::consumer, topic);
  }

  @Override
  public void close() {
    producer.close();
    serializer.close();
    admin.close();
  }
}
