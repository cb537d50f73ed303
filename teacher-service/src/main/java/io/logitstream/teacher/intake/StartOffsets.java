package io.logitstream.teacher.intake;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reading begins in partitions: behind what the group has committed, at the beginning for a
 * new group. Prompts that retention has deleted before they were scored are told of and counted,
 * never passed over in silence.
 */
final class StartOffsets {
  private static final Logger LOGGER = LoggerFactory.getLogger(StartOffsets.class);

  private final Consumer<String, byte[]> consumer;
  private final LongConsumer lost;

  /**
   * @param lost told how many offsets are gone, each time that some are
   */
  StartOffsets(Consumer<String, byte[]> consumer, LongConsumer lost) {
    this.consumer = consumer;
    this.lost = lost;
  }

  /**
   * Goes to the committed offsets of partitions that are assigned.
   *
   * @return where reading begins in each
   */
  Map<TopicPartition, Long> seekToCommitted(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    if (partitions.isEmpty()) {
      return positions;
    }
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata next = committed.get(partition);
      if (next != null) {
        consumer.seek(partition, next);
        positions.put(partition, next.offset());
      }
    }
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    for (TopicPartition partition : partitions) {
      Long position = positions.get(partition);
      long beginning = beginnings.getOrDefault(partition, 0L);
      if (position == null) {
        consumer.seek(partition, beginning);
      } else if (position < beginning) {
        seekBehindLoss(partition, position, beginning);
      }
      positions.merge(partition, beginning, Math::max);
    }
    return positions;
  }

  /**
   * Goes on where positions are not in their partitions: below the beginning, or above the end.
   *
   * @return where reading goes on in each
   */
  Map<TopicPartition, Long> seekIntoRange(Map<TopicPartition, Long> outOfRange) {
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(outOfRange.keySet());
    outOfRange.forEach(
        (partition, position) ->
            seekBehindLoss(partition, position, beginnings.getOrDefault(partition, 0L)));
    return beginnings;
  }

  private void seekBehindLoss(TopicPartition partition, long position, long beginning) {
    consumer.seek(partition, beginning);
    if (position < beginning) {
      lost.accept(beginning - position);
      LOGGER.error(
          "{} begins at offset {}, and the group stood at {}: {} offsets are gone whose prompts"
              + " were never scored. Keep the topic longer (retention.ms), or run more teachers",
          partition,
          beginning,
          position,
          beginning - position);
    } else {
      LOGGER.error(
          "{} ends before offset {}, where the group stood: the topic was deleted and created"
              + " again, or the broker lost records. Its prompts are scored from offset {} on",
          partition,
          position,
          beginning);
    }
  }
}
