package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.SourcePosition;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads where a source stands from the topic of source positions. */
final class StoredPositions {
  /** A little more than the longest transaction that a broker allows to hide records. */
  private static final Duration VISIBLE_WITHIN = Duration.ofMinutes(16);

  /** Transactions of others are over by then, unless one of them lies there. */
  private static final Duration SILENT_FOR = Duration.ofSeconds(10);

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Logger LOGGER = LoggerFactory.getLogger(StoredPositions.class);

  private final KafkaClients clients;
  private final String topic;

  StoredPositions(KafkaClients clients, String topic) {
    this.clients = clients;
    this.topic = topic;
  }

  /**
   * What the topic says of a source.
   *
   * @param position where it stands; empty if it is new
   * @param keys the idempotency keys that it has seen, expired ones among them
   */
  record Stored(Optional<SourcePosition> position, List<SourcePosition> keys) {
    Stored {
      keys = List.copyOf(keys);
    }
  }

  /**
   * The newest committed position of a source, and its keys. Another source's open transaction may
   * hide it, so this reads until the committed end has come to the end that uncommitted readers
   * see.
   *
   * @param stop asked between polls; a stop ends the wait
   * @throws LogitstreamException RETRYABLE if the end does not become visible, or on a stop
   */
  Stored read(String source, BooleanSupplier stop) {
    Map<TopicPartition, Long> ends = uncommittedEnds();
    String ofKeys = source + "/";
    Optional<byte[]> newest = Optional.empty();
    Map<String, byte[]> keys = new LinkedHashMap<>();
    long begunNanos = System.nanoTime();
    boolean isTold = false;
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        long waitedNanos = System.nanoTime() - begunNanos;
        if (!isTold && waitedNanos > SILENT_FOR.toNanos()) {
          LOGGER.warn(
              "waiting to read topic {} to its end: it is long, or a transaction of another source is open; Kafka ends it within its timeout",
              topic);
          isTold = true;
        }
        if (stop.getAsBoolean() || waitedNanos > VISIBLE_WITHIN.toNanos()) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "could not read topic %s to its end: a transaction of another source is open"
                  .formatted(topic));
        }
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (source.equals(record.key())) {
            newest = Optional.ofNullable(record.value());
          } else if (record.key() != null && record.key().startsWith(ofKeys)) {
            if (record.value() == null) {
              keys.remove(record.key());
            } else {
              keys.put(record.key(), record.value());
            }
          }
        }
      }
    }
    try (RecordDeserializer<SourcePosition> deserializer =
        new RecordDeserializer<>(clients.settings(), SourcePosition.class)) {
      return new Stored(
          newest.map(value -> deserializer.deserialize(topic, value)),
          keys.values().stream().map(value -> deserializer.deserialize(topic, value)).toList());
    }
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
}
