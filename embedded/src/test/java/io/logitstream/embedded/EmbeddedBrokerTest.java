package io.logitstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

  private static final TopicPartition NOTES = new TopicPartition("notes", 0);

  @TempDir Path folder;

  @Test
  void topicsAndRecordsSurviveARestartOnTheSameFolder() throws Exception {
    try (EmbeddedBroker broker = start("a b")) {
      createNotes(broker);
      write(broker, "first");
    }
    try (EmbeddedBroker broker = start("a b")) {
      write(broker, "second");
      assertThat(read(broker, 2)).containsExactly("first", "second");
    }
  }

  @Test
  void twoBrokersRunSideBySideAndOneOutlivesTheOther() throws Exception {
    try (EmbeddedBroker stays = start("stays")) {
      createNotes(stays);
      try (EmbeddedBroker goes = start("goes")) {
        assertThat(goes.port()).isNotEqualTo(stays.port());
        createNotes(goes);
        write(goes, "there");
        assertThat(read(goes, 1)).containsExactly("there");
      }
      write(stays, "here");
      assertThat(read(stays, 1)).containsExactly("here");
      assertThatThrownBy(() -> start("stays"))
          .isInstanceOf(EmbeddedStartException.class)
          .hasMessageContaining("in use by another broker");
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    try (ServerSocket taken = new ServerSocket()) {
      taken.bind(LoopbackPorts.address(0));
      int port = taken.getLocalPort();
      assertThatThrownBy(() -> EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, port)))
          .isInstanceOf(EmbeddedStartException.class)
          .hasMessageContaining("Port " + port);
    }
  }

  private EmbeddedBroker start(String name) {
    return EmbeddedBroker.start(new EmbeddedBrokerSettings(folder.resolve(name), 0));
  }

  private static void createNotes(EmbeddedBroker broker) throws Exception {
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(NOTES.topic(), 1, (short) 1))).all().get();
    }
  }

  private static void write(EmbeddedBroker broker, String note) throws Exception {
    try (var producer =
        new KafkaProducer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>(NOTES.topic(), note)).get();
    }
  }

  private static List<String> read(EmbeddedBroker broker, int count) {
    List<String> notes = new ArrayList<>();
    try (var consumer =
        new KafkaConsumer<>(
            Map.<String, Object>of("bootstrap.servers", broker.bootstrapServers()),
            new StringDeserializer(),
            new StringDeserializer())) {
      consumer.assign(List.of(NOTES));
      consumer.seekToBeginning(List.of(NOTES));
      long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
      while (notes.size() < count && System.nanoTime() < deadline) {
        consumer.poll(Duration.ofMillis(200)).forEach(record -> notes.add(record.value()));
      }
    }
    return notes;
  }
}
