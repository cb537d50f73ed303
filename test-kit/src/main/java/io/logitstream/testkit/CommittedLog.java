package io.logitstream.testkit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads a topic from its start to its true end, the one that uncommitted readers see: a commit is
 * answered a moment before committed readers see it. For tests of what stands.
 */
public final class CommittedLog {
  private static final Duration POLL = Duration.ofMillis(100);

  /** More than the longest transaction that tests leave open. */
  private static final Duration WITHIN = Duration.ofMinutes(2);

  private CommittedLog() {}

  /**
   * Reads all partitions; waits for transactions that are open.
   *
   * @param consumers makes consumers of committed records, with these settings on top
   * @return the records, in the order of each partition; tombstones too
   * @throws IllegalStateException if a transaction stays open
   */
  public static List<ConsumerRecord<String, byte[]>> read(
      Function<Map<String, Object>, Consumer<String, byte[]>> consumers, String topic) {
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    try (Consumer<String, byte[]> consumer = consumers.apply(Map.of())) {
      Map<TopicPartition, Long> ends = ends(consumers, topic);
      consumer.assign(ends.keySet());
      consumer.seekToBeginning(ends.keySet());
      long reached = -1;
      long progressNanos = System.nanoTime();
      while (ends.entrySet().stream()
          .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
        long read = ends.keySet().stream().mapToLong(consumer::position).sum();
        if (read > reached) {
          reached = read;
          progressNanos = System.nanoTime();
        } else if (System.nanoTime() - progressNanos > WITHIN.toNanos()) {
          throw new IllegalStateException(
              "a transaction on topic %s stayed open for %s".formatted(topic, WITHIN));
        }
        consumer.poll(POLL).forEach(records::add);
      }
    }
    return records;
  }

  /** Offsets behind the last records, of open transactions too, by partition. */
  public static Map<TopicPartition, Long> ends(
      Function<Map<String, Object>, Consumer<String, byte[]>> consumers, String topic) {
    try (Consumer<String, byte[]> uncommitted =
        consumers.apply(Map.of("isolation.level", "read_uncommitted"))) {
      return uncommitted.endOffsets(
          uncommitted.partitionsFor(topic).stream()
              .map(found -> new TopicPartition(topic, found.partition()))
              .toList());
    }
  }
}
