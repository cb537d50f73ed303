package io.logitstream.lineage.topology;

import io.logitstream.platform.kafka.Futures;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the index is behind the topics that it reads, as its group's offsets tell. */
public final class IndexLag {
  private static final Logger LOGGER = LoggerFactory.getLogger(IndexLag.class);

  private final Admin admin;
  private final String group;
  private final List<String> topics;

  /**
   * @param group the application id of the index
   */
  public IndexLag(Admin admin, String group, IndexedTopics topics) {
    this.admin = admin;
    this.group = group;
    this.topics = topics.names();
  }

  /** Committed records, and marks of transactions, that the index has not committed yet. */
  public long recordsBehind() {
    Map<TopicPartition, Long> begin = offsets(OffsetSpec.earliest());
    Map<TopicPartition, Long> committed = committed();
    long behind = 0;
    for (Map.Entry<TopicPartition, Long> end : offsets(OffsetSpec.latest()).entrySet()) {
      long start = begin.getOrDefault(end.getKey(), 0L);
      long stands = Math.max(start, committed.getOrDefault(end.getKey(), start));
      behind += Math.max(0, end.getValue() - stands);
    }
    return behind;
  }

  /** Says in the log which records retention removed before the index came to them. */
  public void reportHoles() {
    Map<TopicPartition, Long> committed = committed();
    offsets(OffsetSpec.earliest())
        .forEach(
            (partition, begin) -> {
              Long stands = committed.get(partition);
              if (stands != null && stands < begin) {
                LOGGER.error(
                    "{}: offsets {} to {} were removed by retention before the index read them; it"
                        + " will not know their prompts",
                    partition,
                    stands,
                    begin - 1);
              }
            });
  }

  private Map<TopicPartition, Long> committed() {
    Map<TopicPartition, OffsetAndMetadata> offsets =
        Futures.await(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            "read the offsets of group " + group);
    return offsets.entrySet().stream()
        .filter(entry -> Objects.nonNull(entry.getValue()))
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }

  private Map<TopicPartition, Long> offsets(OffsetSpec which) {
    Collection<TopicDescription> descriptions =
        Futures.await(admin.describeTopics(topics).allTopicNames(), "describe " + topics).values();
    Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
    for (TopicDescription topic : descriptions) {
      topic
          .partitions()
          .forEach(
              partition ->
                  asked.put(new TopicPartition(topic.name(), partition.partition()), which));
    }
    Map<TopicPartition, ListOffsetsResultInfo> found =
        Futures.await(
            admin.listOffsets(asked, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED)).all(),
            "read the ends of " + topics);
    return found.entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue().offset()));
  }
}
