package org.apache.kafka.clients.admin;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.admin.internals.CoordinatorKey;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

/** Makes results that only Kafka's own package can make. */
public final class GroupResults {
  private GroupResults() {}

  /** The listing of groups: {@link GroupListing}s, and what failed. */
  public static ListGroupsResult groups(Collection<Object> listings) {
    return new ListGroupsResult(KafkaFuture.completedFuture(listings));
  }

  /** The committed offsets of a group. */
  public static ListConsumerGroupOffsetsResult offsets(
      String group, KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> offsets) {
    return new ListConsumerGroupOffsetsResult(Map.of(CoordinatorKey.byGroupId(group), offsets));
  }
}
