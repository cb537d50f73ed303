package io.logitstream.checkpoints;

import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.util.Map;
import java.util.OptionalLong;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * How far the followers of runs are: each is a consumer group on the checkpoints topic, whose
 * committed metadata is the sequence of the last checkpoint that it was given. Kafka forgets a
 * group that has not committed for the broker's {@code offsets.retention.minutes} (a week): a
 * follower that is gone holds nothing for ever.
 */
public final class FollowerPositions {
  private final String prefix;
  private final String topic;

  public FollowerPositions(KafkaClients clients) {
    this.prefix = clients.settings().topicPrefix();
    this.topic = Topic.CHECKPOINTS.named(prefix);
  }

  /** The group of a follower. */
  public String group(String run, String follower) {
    return groups(run) + RecordKeys.segment("follower", follower);
  }

  /** The sequence up to which every follower of a run has been given checkpoints; empty if none. */
  public OptionalLong slowest(Admin admin, String run) {
    OptionalLong slowest = OptionalLong.empty();
    for (GroupListing group :
        Futures.await(admin.listGroups().all(), "list the groups of followers")) {
      if (!group.groupId().startsWith(groups(run))) {
        continue;
      }
      Map<TopicPartition, OffsetAndMetadata> positions =
          Futures.await(
              admin.listConsumerGroupOffsets(group.groupId()).partitionsToOffsetAndMetadata(),
              "read the position of follower " + group.groupId());
      for (var position : positions.entrySet()) {
        if (position.getKey().topic().equals(topic) && position.getValue() != null) {
          long sequence = sequence(position.getValue());
          slowest =
              OptionalLong.of(
                  slowest.isPresent() ? Math.min(slowest.getAsLong(), sequence) : sequence);
        }
      }
    }
    return slowest;
  }

  /** A position as it is committed. */
  static OffsetAndMetadata position(long offset, long sequence) {
    return new OffsetAndMetadata(offset, Long.toString(sequence));
  }

  /** The sequence of the last checkpoint that was given; -1 before the first. */
  static long sequence(OffsetAndMetadata position) {
    try {
      return Long.parseLong(position.metadata());
    } catch (NumberFormatException e) {
      // Committed by another tool: nothing is known to have been given.
      return -1;
    }
  }

  private String groups(String run) {
    return prefix + "follow/" + RecordKeys.segment("run", run) + "/";
  }
}
