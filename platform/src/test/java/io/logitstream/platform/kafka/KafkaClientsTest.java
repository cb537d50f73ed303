package io.logitstream.platform.kafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.schemas.topics.Topic;
import io.logitstream.schemas.topics.TopicSpecification;
import io.logitstream.testkit.CommittedLog;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class KafkaClientsTest {
  private final KafkaSettings settings;
  private final KafkaClients clients;
  private final TopicSpecification logits;

  KafkaClientsTest(KafkaSettings settings) {
    this.settings = settings;
    this.clients = new KafkaClients(settings, "test");
    this.logits = Topic.TEACHER_LOGITS.specification(settings.topicPrefix(), 4, (short) 1);
  }

  @BeforeEach
  void createTopics() {
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin,
          List.of(
              logits,
              Topic.TEACHER_LOGITS.deadLetterSpecification(settings.topicPrefix(), (short) 1)));
    }
  }

  @Test
  void recordsAndDeadLettersOfTheLargestSizePass() throws Exception {
    byte[] largest = new byte[logits.maxMessageBytes() - 1024];
    new SplittableRandom(1).nextBytes(largest);
    String letters = Topic.deadLetterTopic(logits.name());
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer.send(new ProducerRecord<>(logits.name(), 0, "a", largest)).get();
      producer.send(new ProducerRecord<>(letters, 0, "a", largest)).get();
    }

    assertThat(readAll(logits.name(), 0).get(0).value()).isEqualTo(largest);
    assertThat(readAll(letters, 0).get(0).value()).isEqualTo(largest);
  }

  @Test
  void readersSeeNothingOfAnAbortedTransaction() throws Exception {
    try (Producer<String, byte[]> producer =
        clients.transactionalProducer(
            settings.topicPrefix() + "writer", Duration.ofSeconds(10), Map.of())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(logits.name(), 0, "aborted", new byte[1])).get();
      producer.abortTransaction();
      producer.beginTransaction();
      producer.send(new ProducerRecord<>(logits.name(), 0, "committed", new byte[1])).get();
      producer.commitTransaction();
    }

    assertThat(readAll(logits.name(), 0))
        .extracting(ConsumerRecord::key)
        .containsExactly("committed");
  }

  @Test
  void aConsumerWithoutAnOffsetStopsInsteadOfGuessing() {
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      consumer.assign(List.of(new TopicPartition(logits.name(), 0)));

      assertThatThrownBy(() -> consumer.poll(Duration.ofSeconds(60)))
          .isInstanceOf(NoOffsetForPartitionException.class);
    }
  }

  @Test
  void keysThatAreNotUtf8ComeOutAsTheyWentIn() throws Exception {
    byte[] key = {(byte) 0xff, 0, (byte) 0xc3};
    String source = settings.topicPrefix() + "raw";
    try (Admin admin = clients.admin()) {
      admin.createTopics(List.of(new NewTopic(source, 1, (short) 1))).all().get();
      await()
          .ignoreExceptions()
          .until(() -> admin.describeTopics(List.of(source)).allTopicNames().get().size() == 1);
    }
    Map<String, Object> plain = Map.of("bootstrap.servers", settings.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(plain, new ByteArraySerializer(), new ByteArraySerializer())) {
      producer.send(new ProducerRecord<>(source, 0, key, new byte[1])).get();
    }
    ConsumerRecord<String, byte[]> read = readAll(source, 0).get(0);
    try (Producer<String, byte[]> producer = clients.producer(Map.of())) {
      producer
          .send(
              new ProducerRecord<>(
                  logits.name(), 0, null, read.key(), read.value(), read.headers()))
          .get();
    }

    try (var consumer =
        new KafkaConsumer<>(plain, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      TopicPartition partition = new TopicPartition(logits.name(), 0);
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      ConsumerRecord<byte[], byte[]> copy = consumer.poll(Duration.ofSeconds(60)).iterator().next();
      assertThat(copy.key()).isEqualTo(key);
      assertThat(copy.headers()).isEmpty();
    }
  }

  @Test
  void thePartitionIsTheOneThatJavasProducerChoosesForTheKeyAlone() throws Exception {
    Map<String, Object> plain = Map.of("bootstrap.servers", settings.bootstrapServers());
    try (var producer =
        new KafkaProducer<>(plain, new StringSerializer(), new ByteArraySerializer())) {
      for (String key : List.of("a", "Zm9vYmFyYmF6cXV4MTIzNA", "prompt-ä", "run/7")) {
        var sent = producer.send(new ProducerRecord<>(logits.name(), key, new byte[1])).get();
        assertThat(PromptPartitioner.partition(key, 4)).as(key).isEqualTo(sent.partition());
      }
    }
  }

  @Test
  void clientsShowTheirMetricsUntilTheyAreClosed() {
    SimpleMeterRegistry meters = new SimpleMeterRegistry();
    KafkaClients metered = new KafkaClients(settings, "metered", meters);
    try (Consumer<String, byte[]> consumer = metered.consumer(Map.of());
        Producer<String, byte[]> producer = metered.producer(Map.of())) {
      assertThat(consumer.metrics()).isNotEmpty();
      assertThat(producer.metrics()).isNotEmpty();
      assertThat(meters.getMeters())
          .extracting(meter -> meter.getId().getName())
          .anyMatch(name -> name.startsWith("kafka.consumer."))
          .anyMatch(name -> name.startsWith("kafka.producer."));
    }

    assertThat(meters.getMeters()).isEmpty();
  }

  @Test
  void whatPassesThroughGoesBeforeWhatAServiceWouldHaveOfItself() throws Exception {
    KafkaClients set =
        new KafkaClients(
            new KafkaSettings(
                settings.bootstrapServers(),
                settings.registryUrl(),
                settings.topicPrefix(),
                true,
                Map.of("consumer.max.poll.records", "2", "producer.max.request.size", "100")),
            "test");
    try (Producer<String, byte[]> producer = clients.producer(Map.of());
        Producer<String, byte[]> narrow = set.producer(Map.of("max.request.size", 1 << 20))) {
      for (int i = 0; i < 5; i++) {
        producer.send(new ProducerRecord<>(logits.name(), 0, "a", new byte[1])).get();
      }
      assertThatThrownBy(
              () -> narrow.send(new ProducerRecord<>(logits.name(), 0, "a", new byte[200])).get())
          .hasRootCauseInstanceOf(RecordTooLargeException.class);
    }

    TopicPartition partition = new TopicPartition(logits.name(), 0);
    try (Consumer<String, byte[]> consumer = set.consumer(Map.of("max.poll.records", 4))) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      assertThat(consumer.poll(Duration.ofSeconds(60)).count()).isBetween(1, 2);
    }
  }

  private List<ConsumerRecord<String, byte[]>> readAll(String topic, int partition) {
    return CommittedLog.read(clients::consumer, topic).stream()
        .filter(read -> read.partition() == partition)
        .toList();
  }
}
