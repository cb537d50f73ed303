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

/**
 * Reads a whole topic, committed records only, to its true end: someone else's open transaction
 * hides committed records behind it, so reading goes on until it meets the end that uncommitted
 * readers saw at the start.
 */
final class CommittedRecords {
  /** The longest that a broker lets a transaction be open. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

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
      Map<TopicPartition, Long> ends = trueEnds(partitions);
      for (TopicPartition partition : partitions) {
        read(consumer, partition, ends.getOrDefault(partition, 0L), visitor);
      }
    }
  }

  private Map<TopicPartition, Long> trueEnds(List<TopicPartition> partitions) {
    try (Consumer<String, byte[]> uncommitted =
        clients.consumer(Map.of("isolation.level", "read_uncommitted"))) {
      return uncommitted.endOffsets(partitions);
    }
  }

  private void read(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      long end,
      java.util.function.Consumer<ConsumerRecord<String, byte[]>> visitor) {
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long lastProgressNanos = clients.execution().nanos();
    try {
      while (consumer.position(partition) < end) {
        long before = consumer.position(partition);
        consumer.poll(POLL).forEach(visitor);
        if (consumer.position(partition) > before) {
          lastProgressNanos = clients.execution().nanos();
        } else if (clients.execution().nanos() - lastProgressNanos
            > LONGEST_TRANSACTION.toNanos()) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "%s stands at %d and should reach %d: a transaction has been open for %d minutes"
                  .formatted(partition, before, end, LONGEST_TRANSACTION.toMinutes()));
        }
      }
    } catch (OffsetOutOfRangeException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "%s was cut while it was read".formatted(partition), e);
    }
  }
}
