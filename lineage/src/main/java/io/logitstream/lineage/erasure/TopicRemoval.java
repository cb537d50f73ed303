package io.logitstream.lineage.erasure;

import io.logitstream.platform.kafka.Futures;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * How a topic removes records, as its broker has it.
 *
 * @param compacted whether a tombstone removes the records under its key
 * @param compactedWithinMs the longest that such a record may wait for compaction; empty for no
 *     bound
 * @param retentionMs how long records are kept at least; empty where time does not remove them
 * @param segmentMs a record goes with its segment, which is written to for at most so long
 * @param begins the first offset of each partition: what lies before is gone
 */
public record TopicRemoval(
    boolean compacted,
    OptionalLong compactedWithinMs,
    OptionalLong retentionMs,
    long segmentMs,
    Map<Integer, Long> begins) {
  public TopicRemoval {
    begins = Map.copyOf(begins);
  }

  /** Whether retention, or an operator, has removed a record. */
  boolean isGone(int partition, long offset) {
    return offset < begins.getOrDefault(partition, 0L);
  }

  /** When time has removed a record for certain; empty where it removes none. */
  public Optional<Duration> keptAtMost() {
    return retentionMs.isPresent()
        ? Optional.of(Duration.ofMillis(retentionMs.getAsLong()).plusMillis(segmentMs))
        : Optional.empty();
  }

  /**
   * Asks the broker.
   *
   * @param topics full names
   */
  public static Map<String, TopicRemoval> read(Admin admin, List<String> topics) {
    List<ConfigResource> resources =
        topics.stream().map(topic -> new ConfigResource(ConfigResource.Type.TOPIC, topic)).toList();
    Map<ConfigResource, Config> configs =
        Futures.await(
            admin.describeConfigs(resources).all(), "read the settings of topics " + topics);
    Map<String, TopicDescription> descriptions =
        Futures.await(admin.describeTopics(topics).allTopicNames(), "describe topics " + topics);
    Map<String, TopicRemoval> removals = new HashMap<>();
    for (Map.Entry<ConfigResource, Config> config : configs.entrySet()) {
      String topic = config.getKey().name();
      TopicDescription description = Objects.requireNonNull(descriptions.get(topic));
      removals.put(topic, of(config.getValue(), begins(admin, topic, description)));
    }
    return removals;
  }

  private static TopicRemoval of(Config config, Map<Integer, Long> begins) {
    List<String> policies = Arrays.asList(value(config, "cleanup.policy").split(","));
    long retentionMs = Long.parseLong(value(config, "retention.ms"));
    long lagMs = Long.parseLong(value(config, "max.compaction.lag.ms"));
    boolean compacted = policies.contains("compact");
    return new TopicRemoval(
        compacted,
        compacted && lagMs < Long.MAX_VALUE ? OptionalLong.of(lagMs) : OptionalLong.empty(),
        policies.contains("delete") && retentionMs >= 0
            ? OptionalLong.of(retentionMs)
            : OptionalLong.empty(),
        Long.parseLong(value(config, "segment.ms")),
        begins);
  }

  private static Map<Integer, Long> begins(Admin admin, String topic, TopicDescription described) {
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    described
        .partitions()
        .forEach(
            partition ->
                asked.put(new TopicPartition(topic, partition.partition()), OffsetSpec.earliest()));
    Map<Integer, Long> begins = new HashMap<>();
    Futures.await(admin.listOffsets(asked).all(), "read the beginnings of topic " + topic)
        .forEach((partition, found) -> begins.put(partition.partition(), found.offset()));
    return begins;
  }

  private static String value(Config config, String name) {
    return String.valueOf(config.get(name).value());
  }
}
