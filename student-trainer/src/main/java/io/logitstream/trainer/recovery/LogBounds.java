package io.logitstream.trainer.recovery;

import io.logitstream.platform.kafka.TopicIdentity;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Where the partitions of a log begin and end.
 *
 * @param beginnings the first offset of each partition
 * @param ends the offset after the last committed record of each partition
 */
public record LogBounds(Map<Integer, Long> beginnings, Map<Integer, Long> ends) {
  /** The bounds as they are. */
  public static LogBounds of(Consumer<?, ?> consumer, TopicIdentity topic) {
    List<TopicPartition> partitions =
        IntStream.range(0, topic.partitions())
            .mapToObj(partition -> new TopicPartition(topic.name(), partition))
            .toList();
    return new LogBounds(
        byPartition(consumer.beginningOffsets(partitions)),
        byPartition(consumer.endOffsets(partitions)));
  }

  private static Map<Integer, Long> byPartition(Map<TopicPartition, Long> offsets) {
    Map<Integer, Long> byPartition = new TreeMap<>();
    offsets.forEach((partition, offset) -> byPartition.put(partition.partition(), offset));
    return byPartition;
  }
}
