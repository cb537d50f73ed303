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
 */
public record TopicSpecification(
    String name,
    int partitions,
    short replicationFactor,
    CleanupPolicy cleanupPolicy,
    Optional<Duration> retention,
    int maxMessageBytes) {

  public TopicSpecification {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "topic %s: %d partitions, expected at least 1".formatted(name, partitions));
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
    return settings;
  }
}
