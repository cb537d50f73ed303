package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.RecordKeys;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
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
   * The newest committed position of a source; empty if it is new. An open transaction, another
   * source's or one that a lost connection left behind, may hide it, so this reads until the
   * committed end has come to the end that uncommitted readers see.
   *
   * @param keys told of the source's idempotency keys; null where they are not asked for
   * @param stop asked between polls; a stop ends the wait
   * @throws LogitstreamException RETRYABLE if the end does not become visible, or on a stop
   */
  Optional<SourcePosition> read(String source, @Nullable StoredKeys keys, BooleanSupplier stop) {
    String ofKeys = RecordKeys.idempotencyKey(source, "");
    ConsumerRecord<String, byte[]> newest = null;
    Patience patience = new Patience();
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of());
        RecordDeserializer<SourcePosition> deserializer =
            new RecordDeserializer<>(clients.settings(), SourcePosition.class)) {
      Map<TopicPartition, Long> ends =
          clients.uncommittedEnds(
              consumer.partitionsFor(topic).stream()
                  .map(found -> new TopicPartition(topic, found.partition()))
                  .toList());
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        patience.check(stop);
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          if (source.equals(record.key())) {
            newest = newest == null ? record : newer(newest, record);
          } else if (keys != null && record.key() != null && record.key().startsWith(ofKeys)) {
            String key = record.key().substring(ofKeys.length());
            if (record.value() == null) {
              keys.forgotten(key);
            } else {
              keys.stored(key, deserializer.deserialize(topic, record.value()));
            }
          }
        }
      }
      return Optional.ofNullable(newest)
          .map(ConsumerRecord::value)
          .map(value -> deserializer.deserialize(topic, value));
    }
  }

  /**
   * Of two records of a source, the first of which was read first. They lie in one partition, but
   * that an earlier version wrote to a topic that had got more: there the broker's clock tells.
   */
  private static ConsumerRecord<String, byte[]> newer(
      ConsumerRecord<String, byte[]> before, ConsumerRecord<String, byte[]> read) {
    return read.partition() == before.partition() || read.timestamp() >= before.timestamp()
        ? read
        : before;
  }

  /** How long the end is waited for; tells people once. */
  private final class Patience {
    private final long begunNanos = System.nanoTime();
    private boolean isTold;

    void check(BooleanSupplier stop) {
      long waitedNanos = System.nanoTime() - begunNanos;
      if (!isTold && waitedNanos > SILENT_FOR.toNanos()) {
        LOGGER.warn(
            "waiting to read topic {} to its end: it is long, or a transaction is open; Kafka ends it within its timeout",
            topic);
        isTold = true;
      }
      if (stop.getAsBoolean() || waitedNanos > VISIBLE_WITHIN.toNanos()) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE,
            "could not read topic %s to its end: a transaction is open".formatted(topic));
      }
    }
  }
}
