package io.logitstream.teacher.intake;

import io.logitstream.platform.lifecycle.RetryPolicy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Partitions whose next record waits for its surroundings to be mended, with pauses that grow. The
 * others go on: one record must not stop the teachers of a group. One thread only.
 */
final class PartitionHolds {
  private static final Logger LOGGER = LoggerFactory.getLogger(PartitionHolds.class);

  private final RetryPolicy waits;
  private final RandomGenerator random;
  private final Map<TopicPartition, Hold> holds = new LinkedHashMap<>();

  private static final class Hold {
    private final Deque<ConsumerRecord<String, byte[]>> records = new ArrayDeque<>();
    private int failures;
    private long dueNanos;
    private String why = "";
  }

  PartitionHolds(RetryPolicy waits, RandomGenerator random) {
    this.waits = waits;
    this.random = random;
  }

  /**
   * Holds a partition.
   *
   * @param next the record that waits
   * @param fetched what was fetched; the partition's records in it are taken over
   * @param why what is to be mended
   */
  void hold(
      ConsumerRecord<String, byte[]> next,
      Deque<ConsumerRecord<String, byte[]>> fetched,
      String why,
      long nowNanos) {
    TopicPartition partition = partition(next);
    Hold hold = holds.computeIfAbsent(partition, key -> new Hold());
    hold.records.add(next);
    for (Iterator<ConsumerRecord<String, byte[]>> rest = fetched.iterator(); rest.hasNext(); ) {
      ConsumerRecord<String, byte[]> record = rest.next();
      if (partition(record).equals(partition)) {
        hold.records.add(record);
        rest.remove();
      }
    }
    hold.failures++;
    hold.why = "%s waits at offset %d: %s".formatted(partition, next.offset(), why);
    long pauseNanos = waits.pause(hold.failures, random).toNanos();
    hold.dueNanos = nowNanos + pauseNanos;
    LOGGER.warn("{}; trying again in {} ms", hold.why, pauseNanos / 1_000_000);
  }

  /** The records of the partitions whose pause is over, in order; they must be tried next. */
  List<ConsumerRecord<String, byte[]>> takeDue(long nowNanos) {
    List<ConsumerRecord<String, byte[]>> due = new ArrayList<>();
    for (Hold hold : holds.values()) {
      if (nowNanos - hold.dueNanos >= 0) {
        due.addAll(hold.records);
        hold.records.clear();
      }
    }
    return due;
  }

  /** A record could be prepared: its partition waits no more. Says whether it did. */
  boolean mended(ConsumerRecord<String, byte[]> record) {
    boolean waited = holds.remove(partition(record)) != null;
    if (waited) {
      LOGGER.info("{} goes on", partition(record));
    }
    return waited;
  }

  /** The partitions that wait. */
  Set<TopicPartition> partitions() {
    return Set.copyOf(holds.keySet());
  }

  /** What is waited for; empty where nothing is. */
  Optional<String> why() {
    return holds.isEmpty()
        ? Optional.empty()
        : Optional.of(String.join("; ", holds.values().stream().map(hold -> hold.why).toList()));
  }

  /** Forgets partitions that another member has now. */
  void forget(Collection<TopicPartition> partitions) {
    holds.keySet().removeAll(partitions);
  }

  /** Forgets everything. */
  void clear() {
    holds.clear();
  }

  static TopicPartition partition(ConsumerRecord<?, ?> record) {
    return new TopicPartition(record.topic(), record.partition());
  }
}
