package io.logitstream.platform.deadletter;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads committed records one by one, with one consumer for all of them; quickest in their order.
 * For one thread at a time.
 */
final class SingleRecords implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private final Consumer<String, byte[]> consumer;
  private final Map<TopicPartition, Long> ends = new HashMap<>();

  SingleRecords(KafkaClients clients) {
    consumer = clients.consumer(Map.of("max.poll.records", 1));
  }

  /**
   * The record at an offset; empty if there is none: not yet, not any more, or no record at all.
   *
   * @throws LogitstreamException RETRYABLE if the broker does not answer
   */
  Optional<ConsumerRecord<String, byte[]>> read(TopicPartition partition, long offset) {
    if (offset < 0 || offset >= end(partition, offset)) {
      return Optional.empty();
    }
    goTo(partition, offset);
    long silentSince = System.nanoTime();
    try {
      while (consumer.position(partition) <= offset) {
        for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
          return record.offset() == offset ? Optional.of(record) : Optional.empty();
        }
        requireAnswer(partition, silentSince);
      }
    } catch (OffsetOutOfRangeException e) {
      // Retention has taken it: there is none any more.
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** Where committed records end, asked again only if the record may be newer than the answer. */
  private long end(TopicPartition partition, long offset) {
    Long known = ends.get(partition);
    if (known == null || offset >= known) {
      known = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      ends.put(partition, known);
    }
    return known;
  }

  /** Seeking throws away what was fetched ahead. */
  private void goTo(TopicPartition partition, long offset) {
    if (!consumer.assignment().equals(Set.of(partition))) {
      consumer.assign(List.of(partition));
      consumer.seek(partition, offset);
    } else if (consumer.position(partition) != offset) {
      consumer.seek(partition, offset);
    }
  }

  private static void requireAnswer(TopicPartition partition, long silentSince) {
    if (System.nanoTime() - silentSince > SILENCE.toNanos()) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "no record of %s came within %d s".formatted(partition, SILENCE.toSeconds()));
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
