package io.logitstream.trainer.rehearsal;

import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/** From where on a topic's records stay for a while: the oldest fifth is left to retention. */
final class Retention {
  private static final double SAFE_SHARE = 0.8;

  private final KafkaClients clients;
  private final TopicIdentity topic;
  private final List<TopicPartition> partitions;

  /**
   * What is there of a topic.
   *
   * @param beginnings the first offset of each partition
   * @param keptFrom the first offset of each partition that retention leaves for a while; at the
   *     partition's end where it leaves none
   */
  record Kept(Map<Integer, Long> beginnings, Map<Integer, Long> keptFrom) {}

  Retention(KafkaClients clients, TopicIdentity topic) {
    this.clients = clients;
    this.topic = topic;
    this.partitions =
        IntStream.range(0, topic.partitions())
            .mapToObj(partition -> new TopicPartition(topic.name(), partition))
            .toList();
  }

  /** Asks the broker. */
  Kept kept(Instant now) {
    Config config = config();
    long retentionMs = number(config, "retention.ms");
    boolean bySize = number(config, "retention.bytes") >= 0;
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      Map<Integer, Long> beginnings = byPartition(consumer.beginningOffsets(partitions));
      Map<Integer, Long> ends = byPartition(consumer.endOffsets(partitions));
      Map<Integer, Long> keptFrom = new TreeMap<>(beginnings);
      if (deletes(config) && retentionMs >= 0) {
        long safeMs = (long) (retentionMs * SAFE_SHARE);
        keptFrom = since(consumer, now.minus(Duration.ofMillis(safeMs)), ends);
      }
      if (deletes(config) && bySize) {
        keptFrom.replaceAll(
            (partition, from) -> Math.max(from, youngerShare(partition, beginnings, ends)));
      }
      return new Kept(beginnings, Map.copyOf(keptFrom));
    }
  }

  private static long youngerShare(
      int partition, Map<Integer, Long> beginnings, Map<Integer, Long> ends) {
    long end = ends.getOrDefault(partition, 0L);
    return end - (long) ((end - beginnings.getOrDefault(partition, end)) * SAFE_SHARE);
  }

  private Map<Integer, Long> since(
      Consumer<String, byte[]> consumer, Instant time, Map<Integer, Long> ends) {
    Map<TopicPartition, Long> asked = new HashMap<>();
    partitions.forEach(partition -> asked.put(partition, Math.max(0, time.toEpochMilli())));
    Map<Integer, Long> offsets = new TreeMap<>(ends);
    for (Map.Entry<TopicPartition, OffsetAndTimestamp> found :
        consumer.offsetsForTimes(asked).entrySet()) {
      if (found.getValue() != null) {
        offsets.put(found.getKey().partition(), found.getValue().offset());
      }
    }
    return offsets;
  }

  private Config config() {
    ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
    try (Admin admin = clients.admin()) {
      return Futures.await(
          admin.describeConfigs(List.of(resource)).values().get(resource),
          "read the settings of " + topic.name());
    }
  }

  private static boolean deletes(Config config) {
    return config.get("cleanup.policy").value().contains("delete");
  }

  private static long number(Config config, String name) {
    return Long.parseLong(config.get(name).value());
  }

  private static Map<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    return offsets.entrySet().stream()
        .collect(Collectors.toMap(entry -> entry.getKey().partition(), Map.Entry::getValue));
  }
}
