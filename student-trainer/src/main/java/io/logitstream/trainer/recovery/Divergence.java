package io.logitstream.trainer.recovery;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.PartitionPosition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Where a log parts from what a run has read of it: the election of a replica that was behind puts
 * other records there, which may be more by now than there were. Beginning and end do not tell; the
 * epoch of the leader that wrote the last record read does.
 */
public final class Divergence {
  private Divergence() {}

  /**
   * Asks the leaders. Positions that retention has passed, or of which no epoch is known, are not
   * asked for.
   *
   * @param consumer is assigned the partitions; it fetches nothing
   * @param saved where the run stands in the same topic
   * @param beginnings the first offset of each of its partitions
   * @return the first offset that differs, by partition, where it is before the run's position
   * @throws LogitstreamException CONFIGURATION if a log differs and nobody can tell where
   */
  public static Map<Integer, Long> of(
      Consumer<?, ?> consumer, TopicIdentity topic, Cursor saved, Map<Integer, Long> beginnings) {
    List<PartitionPosition> asked =
        saved.getPositions().stream()
            .filter(
                position ->
                    position.getLeaderEpoch() != null
                        && position.getPartition() < topic.partitions()
                        && position.getNextOffset()
                            >= beginnings.getOrDefault(position.getPartition(), 0L))
            .toList();
    Map<Integer, Long> found = new TreeMap<>();
    consumer.assign(asked.stream().map(position -> partition(topic, position)).toList());
    for (PartitionPosition position : asked) {
      consumer.seek(
          partition(topic, position),
          new OffsetAndMetadata(
              position.getNextOffset(), Optional.ofNullable(position.getLeaderEpoch()), ""));
    }
    for (PartitionPosition position : asked) {
      while (!found.containsKey(position.getPartition())) {
        try {
          consumer.position(partition(topic, position));
          break;
        } catch (LogTruncationException e) {
          // It tells of any of the partitions that are asked for.
          goRound(e, consumer, found);
        }
      }
    }
    return found;
  }

  /** Puts what was found behind the consumer, so that the others are told of. */
  private static void goRound(
      LogTruncationException truncation, Consumer<?, ?> consumer, Map<Integer, Long> found) {
    truncation
        .offsetOutOfRangePartitions()
        .forEach(
            (partition, position) -> {
              OffsetAndMetadata divergent = truncation.divergentOffsets().get(partition);
              if (divergent == null) {
                throw new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    ("%s is not the log any more that the run has read up to offset %d, and the broker"
                            + " cannot tell from where on: it does not know the leader's epoch of that"
                            + " record. Begin another run")
                        .formatted(partition, position),
                    truncation);
              }
              consumer.seek(partition, divergent.offset());
              found.put(partition.partition(), divergent.offset());
            });
  }

  private static TopicPartition partition(TopicIdentity topic, PartitionPosition position) {
    return new TopicPartition(topic.name(), position.getPartition());
  }
}
