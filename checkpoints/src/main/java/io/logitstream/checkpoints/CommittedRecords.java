package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads a whole topic, committed records only, to the true end that it has at the start. */
final class CommittedRecords {
  private static final Duration POLL = Duration.ofMillis(200);

  private final KafkaClients clients;
  private final String topic;

  CommittedRecords(KafkaClients clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /** Hands every record to the visitor, in the order of each partition; tombstones too. */
  void forEach(java.util.function.Consumer<ConsumerRecord<String, byte[]>> visitor) {
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map(info -> new TopicPartition(topic, info.partition()))
              .toList();
      if (partitions.isEmpty()) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "topic %s does not exist: create it with 'logitstream topics create'".formatted(topic));
      }
      for (TrueEnd end : TrueEnd.now(clients, partitions)) {
        read(consumer, end, visitor);
      }
    }
  }

  private static void read(
      Consumer<String, byte[]> consumer,
      TrueEnd end,
      java.util.function.Consumer<ConsumerRecord<String, byte[]>> visitor) {
    TopicPartition partition = end.partition();
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    try {
      while (!end.isReachedBy(consumer.position(partition))) {
        consumer.poll(POLL).forEach(visitor);
      }
    } catch (OffsetOutOfRangeException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "%s was cut while it was read".formatted(partition), e);
    }
  }
}
