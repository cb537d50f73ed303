package io.logitstream.schemas.topics;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * How a topic must stand on a broker.
 *
 * @param name the full name, prefix included
 * @param partitions number of partitions
 * @param replicationFactor copies of each partition
 * @param cleanupPolicy what happens to old records
 * @param retention how long records are kept; empty for compacted topics
 * @param maxMessageBytes size of the largest record batch, in bytes
 * @param compactedWithin the longest that a superseded record may wait for compaction; empty for
 *     the broker's default
 * @param minCompactionLag how long a record stands at least before a tombstone for its key takes it
 *     away: time for who reads it; empty for Kafka's default, none
 * @param single whether there may be no more partitions than one: who reads it reads that one
 */
public record TopicSpecification(
    String name,
    int partitions,
    short replicationFactor,
    CleanupPolicy cleanupPolicy,
    Optional<Duration> retention,
    int maxMessageBytes,
    Optional<Duration> compactedWithin,
    Optional<Duration> minCompactionLag,
    boolean single) {

  /** A topic that is compacted, if it is, whenever the broker finds it worth its while. */
  public TopicSpecification(
      String name,
      int partitions,
      short replicationFactor,
      CleanupPolicy cleanupPolicy,
      Optional<Duration> retention,
      int maxMessageBytes) {
    this(
        name,
        partitions,
        replicationFactor,
        cleanupPolicy,
        retention,
        maxMessageBytes,
        Optional.empty(),
        Optional.empty(),
        false);
  }

  public TopicSpecification {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "topic %s: %d partitions, expected at least 1".formatted(name, partitions));
    }
    if (single && partitions != 1) {
      throw new IllegalArgumentException(
          "topic %s: %d partitions, expected the single one".formatted(name, partitions));
    }
    if (replicationFactor < 1) {
      throw new IllegalArgumentException(
          "topic %s: replication factor %d, expected at least 1"
              .formatted(name, replicationFactor));
    }
  }

  /**
   * The topic's settings as Kafka writes them. Timestamps are the broker's: with the producer's
   * time, replayed traffic would be deleted within seconds (the original time is in the value).
   */
  public Map<String, String> settings() {
    Map<String, String> settings = new TreeMap<>();
    settings.put("cleanup.policy", cleanupPolicy.setting());
    settings.put("message.timestamp.type", "LogAppendTime");
    settings.put("max.message.bytes", Integer.toString(maxMessageBytes));
    retention.ifPresent(time -> settings.put("retention.ms", Long.toString(time.toMillis())));
    compactedWithin.ifPresent(
        time -> settings.put("max.compaction.lag.ms", Long.toString(time.toMillis())));
    minCompactionLag.ifPresent(
        lag -> settings.put("min.compaction.lag.ms", Long.toString(lag.toMillis())));
    return settings;
  }

  /**
   * This topic, with records that a tombstone erases: compacted by key besides what it was.
   *
   * @param within the longest that an erased record may wait for compaction
   */
  TopicSpecification erasable(Duration within) {
    return new TopicSpecification(
        name,
        partitions,
        replicationFactor,
        cleanupPolicy == CleanupPolicy.DELETE ? CleanupPolicy.COMPACT_AND_DELETE : cleanupPolicy,
        retention,
        maxMessageBytes,
        Optional.of(within),
        minCompactionLag,
        single);
  }
}
