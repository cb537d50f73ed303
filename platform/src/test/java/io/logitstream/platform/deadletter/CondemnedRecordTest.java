package io.logitstream.platform.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.RunningKafka;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class CondemnedRecordTest {
  @Test
  void poisonEndsAmongTheDeadLettersInTheCallersTransaction(KafkaSettings settings)
      throws Exception {
    KafkaClients clients = new KafkaClients(settings, "test");
    String prompts = Topic.PROMPTS.named(settings.topicPrefix());
    byte[] poison = "no Avro".getBytes(StandardCharsets.UTF_8);
    try (Admin admin = clients.admin();
        Producer<String, byte[]> producer = clients.producer(Map.of())) {
      Topics.create(admin, new TopicSettings(settings.topicPrefix(), 1, (short) 1).pipeline());
      producer
          .send(
              new ProducerRecord<>(
                  prompts,
                  0,
                  null,
                  "key",
                  poison,
                  new RecordHeaders().add("trace", new byte[] {7})))
          .get();
    }
    ConsumerRecord<String, byte[]> read = first(clients, prompts);
    LogitstreamException failure;
    try (RecordDeserializer<Prompt> deserializer =
        new RecordDeserializer<>(settings, Prompt.class)) {
      failure =
          catchThrowableOfType(
              LogitstreamException.class,
              () -> deserializer.deserialize(read.topic(), read.value()));
    }
    try (Producer<String, byte[]> producer =
        clients.transactionalProducer(
            settings.topicPrefix() + "condemner", Duration.ofSeconds(10), Map.of())) {
      producer.initTransactions();
      producer.beginTransaction();
      producer.send(
          new DeadLetters("teacher", Topic.PROMPTS, new SimpleMeterRegistry())
              .letter(read, "malformed", failure));
      producer.commitTransaction();
    }

    ConsumerRecord<String, byte[]> letter = first(clients, Topic.deadLetterTopic(prompts));
    assertThat(letter.key()).isEqualTo("key");
    assertThat(letter.value()).isEqualTo(poison);
    assertThat(letter.headers().lastHeader("trace").value()).containsExactly(7);
    assertThat(header(letter, LetterHeaders.TOPIC)).isEqualTo(prompts);
    assertThat(header(letter, LetterHeaders.OFFSET)).isEqualTo("0");
    assertThat(header(letter, LetterHeaders.CODE)).isEqualTo("malformed");
    assertThat(header(letter, LetterHeaders.MESSAGE))
        .contains("expected the Confluent wire format");
  }

  private static ConsumerRecord<String, byte[]> first(KafkaClients clients, String topic) {
    TopicPartition partition = new TopicPartition(topic, 0);
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      consumer.assign(List.of(partition));
      consumer.seekToBeginning(List.of(partition));
      return consumer.poll(Duration.ofSeconds(30)).iterator().next();
    }
  }

  private static String header(ConsumerRecord<String, byte[]> letter, String name) {
    return new String(letter.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
  }
}
