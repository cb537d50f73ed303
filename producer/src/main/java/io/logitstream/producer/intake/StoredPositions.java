package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.SourcePosition;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads where a source stands from the topic of source positions. */
final class StoredPositions {
  /** A little more than the longest transaction that a broker allows to hide records. */
  private static final Duration VISIBLE_WITHIN = Duration.ofMinutes(16);

  private static final Duration POLL = Duration.ofMillis(100);

  private final KafkaClients clients;
  private final String topic;

  StoredPositions(KafkaClients clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /**
   * The newest committed position of a source. Another source's open transaction may hide it, so
   * this reads until the committed end has come to the end that uncommitted readers see.
   *
   * @param stop asked between polls; a stop ends the wait
   * @throws LogitstreamException RETRYABLE if the end does not become visible, or on a stop
   */
  Optional<SourcePosition> newest(String source, BooleanSupplier stop) {
    Map<TopicPartition, Long> ends = uncommittedEnds();
    Optional<byte[]> newest = Optional.empty();
    long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        if (stop.getAsBoolean() || System.nanoTime() - deadline > 0) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "could not read topic %s to its end: a transaction of another source is open"
                  .formatted(topic));
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (source.equals(record.key())) {
            newest = Optional.ofNullable(record.value());
          }
        }
      }
    }
    return newest.map(this::deserialize);
  }

  private Map<TopicPartition, Long> uncommittedEnds() {
    try (Consumer<String, byte[]> consumer =
        clients.consumer(Map.of("isolation.level", "read_uncommitted"))) {
      List<TopicPartition> partitions =
          consumer.partitionsFor(topic).stream()
              .map((PartitionInfo found) -> new TopicPartition(topic, found.partition()))
              .toList();
      return consumer.endOffsets(partitions);
    }
  }

  private SourcePosition deserialize(byte[] value) {
    try (RecordDeserializer<SourcePosition> deserializer =
        new RecordDeserializer<>(clients.settings(), SourcePosition.class)) {
      return deserializer.deserialize(topic, value);
    }
  }
}
