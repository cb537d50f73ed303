package io.logitstream.platform.health;

import org.jspecify.annotations.Nullable;

/**
 * How far a service has come in a partition that it reads.
 *
 * @param topic the topic's full name
 * @param partition the partition
 * @param nextOffset offset from which on nothing is worked off for good; null while unknown
 * @param lag offsets from there to the end of the committed records; null while unknown
 */
public record PartitionStanding(
    String topic, int partition, @Nullable Long nextOffset, @Nullable Long lag) {
  /** A standing whose lag follows from where the committed records end. */
  public static PartitionStanding of(
      String topic, int partition, @Nullable Long nextOffset, @Nullable Long end) {
    Long lag = nextOffset == null || end == null ? null : Math.max(0, end - nextOffset);
    return new PartitionStanding(topic, partition, nextOffset, lag);
  }
}
