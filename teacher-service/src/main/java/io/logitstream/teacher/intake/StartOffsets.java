package io.logitstream.teacher.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where reading begins in partitions: behind what the group has committed, at the beginning for a
 * new group or a topic that was created again, and where the log parts from what was read of it if
 * an election has cut it. Prompts that are gone are told of and counted, never passed over in
 * silence.
 */
final class StartOffsets {
  private static final Logger LOGGER = LoggerFactory.getLogger(StartOffsets.class);

  private final Consumer<String, byte[]> consumer;
  private final Supplier<Uuid> topicIdNow;
  private final Uuid topicId;
  private final IntakeEvents events;

  /**
   * @param topicIdNow asks for the id of the topic as it is: it is read as long as that stays
   * @param events told of each loss
   */
  StartOffsets(Consumer<String, byte[]> consumer, Supplier<Uuid> topicIdNow, IntakeEvents events) {
    this.consumer = consumer;
    this.topicIdNow = topicIdNow;
    this.topicId = topicIdNow.get();
    this.events = events;
  }

  /** The id of the topic that is read. */
  Uuid topicId() {
    return topicId;
  }

  /**
   * Goes to the committed offsets of partitions that are assigned.
   *
   * @return where reading begins in each
   * @throws LogitstreamException RETRYABLE if the topic is another one by now
   */
  Map<TopicPartition, Long> seekToCommitted(Collection<TopicPartition> partitions) {
    Map<TopicPartition, Long> positions = new HashMap<>();
    if (partitions.isEmpty()) {
      return positions;
    }
    checkSameTopic();
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata next = committed.get(partition);
      long beginning = beginnings.getOrDefault(partition, 0L);
      if (next == null) {
        consumer.seek(partition, beginning);
      } else if (isOfAnotherTopic(next)) {
        LOGGER.error(
            "{}: the group's offset {} is of a topic that was deleted, and created again with id"
                + " {}. Its prompts are scored from offset {} on",
            partition,
            next.offset(),
            topicId,
            beginning);
        consumer.seek(partition, beginning);
      } else if (next.offset() < beginning) {
        seekBehindLoss(partition, next.offset(), beginning);
      } else {
        consumer.seek(partition, next);
        beginning = next.offset();
      }
      positions.put(partition, beginning);
    }
    return positions;
  }

  /**
   * Goes on where positions are not in the log: below its beginning, above its end, or past the
   * place from which on an election has put other records.
   *
   * @param cut receives the partitions whose end was cut off: what was read of them and is not
   *     committed may be gone, and is read again
   * @return where reading goes on in each
   * @throws LogitstreamException RETRYABLE if the topic is another one by now; CONFIGURATION if
   *     nobody can tell where a log was cut
   */
  Map<TopicPartition, Long> seekIntoRange(
      OffsetOutOfRangeException failure, Collection<TopicPartition> cut) {
    checkSameTopic();
    Map<TopicPartition, Long> asked = failure.offsetOutOfRangePartitions();
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(asked.keySet());
    Map<TopicPartition, Long> positions = new HashMap<>();
    Map<TopicPartition, Long> past = new HashMap<>();
    asked.forEach(
        (partition, position) -> {
          long beginning = beginnings.getOrDefault(partition, 0L);
          if (position < beginning) {
            seekBehindLoss(partition, position, beginning);
            positions.put(partition, beginning);
          } else {
            past.put(partition, position);
          }
        });
    if (past.isEmpty()) {
      return positions;
    }
    Map<TopicPartition, OffsetAndMetadata> ends = ends(failure, past.keySet());
    Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(past.keySet());
    past.forEach(
        (partition, position) -> {
          OffsetAndMetadata end = ends.get(partition);
          if (end == null) {
            throw unknownCut(partition, position);
          }
          OffsetAndMetadata stood = committed.get(partition);
          long beginning = beginnings.getOrDefault(partition, 0L);
          positions.put(
              partition,
              seekBeforeCut(
                  partition, stood == null ? new OffsetAndMetadata(beginning) : stood, end));
        });
    cut.addAll(past.keySet());
    return positions;
  }

  private boolean isOfAnotherTopic(OffsetAndMetadata committed) {
    return !committed.metadata().isEmpty() && !committed.metadata().equals(topicId.toString());
  }

  private void checkSameTopic() {
    Uuid now = topicIdNow.get();
    if (!now.equals(topicId)) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "the prompts' topic has id %s, and had id %s: it was deleted and created again"
              .formatted(now, topicId));
    }
  }

  /** Where the logs part from what was read of them; without those of which nobody can tell. */
  private Map<TopicPartition, OffsetAndMetadata> ends(
      OffsetOutOfRangeException failure, Set<TopicPartition> past) {
    if (failure instanceof LogTruncationException truncation) {
      return truncation.divergentOffsets();
    }
    Map<TopicPartition, OffsetAndMetadata> ends = new HashMap<>();
    consumer
        .endOffsets(past)
        .forEach((partition, end) -> ends.put(partition, new OffsetAndMetadata(end)));
    return ends;
  }

  private long seekBeforeCut(
      TopicPartition partition, OffsetAndMetadata stood, OffsetAndMetadata end) {
    if (stood.offset() <= end.offset()) {
      LOGGER.warn(
          "{} was cut at offset {}: what was read and not scored is read again from offset {} on",
          partition,
          end.offset(),
          stood.offset());
      consumer.seek(partition, stood);
      return stood.offset();
    }
    events.cut(stood.offset() - end.offset());
    LOGGER.error(
        "{} was cut at offset {}, and the group stood at {}: {} offsets are gone whose prompts were"
            + " scored, and others take their place, which are scored too. An election of a replica"
            + " that was behind does that (unclean.leader.election.enable), or a broker's lost disk",
        partition,
        end.offset(),
        stood.offset(),
        stood.offset() - end.offset());
    consumer.seek(partition, end);
    return end.offset();
  }

  private static LogitstreamException unknownCut(TopicPartition partition, long position) {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        ("%s is not the log any more that was read up to offset %d, and the broker cannot tell from"
                + " where on: it does not know the leader's epoch of that record. Say where scoring"
                + " goes on: stop the teachers, then kafka-consumer-groups.sh --group (teacher.group)"
                + " --topic %s:%d --reset-offsets --to-offset OFFSET --execute")
            .formatted(partition, position, partition.topic(), partition.partition()));
  }

  private void seekBehindLoss(TopicPartition partition, long position, long beginning) {
    consumer.seek(partition, beginning);
    events.lost(beginning - position);
    LOGGER.error(
        "{} begins at offset {}, and the group stood at {}: {} offsets are gone whose prompts"
            + " were never scored. Keep the topic longer (retention.ms), or run more teachers",
        partition,
        beginning,
        position,
        beginning - position);
  }
}
