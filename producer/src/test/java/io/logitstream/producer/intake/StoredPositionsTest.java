package io.logitstream.producer.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.producer.IntakeFixture;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class StoredPositionsTest {
  private static final String SOURCE = "files";
  private static final String TOPIC = Topic.SOURCE_POSITIONS.named("");
  private static final int PARTITIONS = 8;

  @Test
  void aTopicThatGotMorePartitionsIsReadAndWrittenInItsFirst(@TempDir Path folder)
      throws Exception {
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      KafkaClients clients = fixture.clients();
      takeOver(clients, 1);
      grow(clients);
      takeOver(clients, 2);

      assertThat(CommittedLog.read(clients::consumer, TOPIC))
          .hasSize(2)
          .extracting(ConsumerRecord::partition)
          .containsOnly(0);
    }
  }

  @Test
  void ofWhatAnEarlierVersionWroteToMorePartitionsTheNewestIsRead(@TempDir Path folder)
      throws Exception {
    try (IntakeFixture fixture = new IntakeFixture(folder)) {
      KafkaClients clients = fixture.clients();
      grow(clients);
      for (int index = 0; index < 2 * PARTITIONS; index++) {
        // Back and forth, each in a millisecond of its own.
        write(clients, index % 2 == 0 ? index / 2 : PARTITIONS - 1 - index / 2, index);

        assertThat(new StoredPositions(clients, TOPIC).read(SOURCE, null, () -> false))
            .get()
            .extracting(SourcePosition::getNextIndex)
            .isEqualTo((long) index);
      }
    }
  }

  private static void takeOver(KafkaClients clients, int seed) {
    IntakeSettings settings = new IntakeSettings(7, Duration.ZERO, Duration.ofSeconds(10), false);
    new SourceWriter(clients, SOURCE, settings, Instant::now, System::nanoTime, new Random(seed))
        .open(() -> false)
        .close();
  }

  private static void grow(KafkaClients clients) throws Exception {
    try (Admin admin = clients.admin()) {
      admin.createPartitions(Map.of(TOPIC, NewPartitions.increaseTo(PARTITIONS))).all().get();
      await().until(() -> Topics.identity(admin, TOPIC).partitions() == PARTITIONS);
    }
  }

  private static void write(KafkaClients clients, int partition, long nextIndex) throws Exception {
    SourcePosition position =
        SourcePosition.newBuilder()
            .setSource(SOURCE)
            .setNextIndex(nextIndex)
            .setUpdatedAt(Instant.EPOCH)
            .build();
    try (Producer<String, byte[]> producer = clients.producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      byte[] value = serializer.serialize(TOPIC, position);
      producer.send(new ProducerRecord<>(TOPIC, partition, SOURCE, value)).get();
    }
  }
}
