package io.logitstream.trainer.recovery;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.PartitionPosition;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Where the run stands in the log of teacher logits, at a step boundary. For one thread. */
public final class LiveCursor {
  /** The cursor's name. */
  public static final String NAME = "live";

  private final TopicIdentity topic;
  private final Map<Integer, PartitionPosition> positions = new TreeMap<>();
  private int nextPartition;

  private LiveCursor(TopicIdentity topic) {
    this.topic = topic;
  }

  /**
   * The cursor of a new run.
   *
   * @param beginnings the first offset of each partition
   */
  public static LiveCursor begin(TopicIdentity topic, Map<Integer, Long> beginnings) {
    LiveCursor cursor = new LiveCursor(topic);
    beginnings.forEach(
        (partition, offset) ->
            cursor.positions.put(partition, new PartitionPosition(partition, offset, null)));
    return cursor;
  }

  /**
   * The cursor of a checkpoint. Partitions that were added since begin at their first offset.
   *
   * @param topic the topic as it stands
   * @param accepted what is missing of it and was accepted: reading goes on after it
   * @throws LogitstreamException CONFIGURATION if the topic is another one, or lacks partitions,
   *     and that was not accepted
   */
  public static LiveCursor resume(
      Cursor saved, TopicIdentity topic, List<LossAcceptedEntry> accepted) {
    LiveCursor cursor = at(saved, topic);
    String topicId = saved.getTopicId();
    int partitions = saved.getPartitions();
    for (LossAcceptedEntry loss : accepted) {
      cursor.accept(loss);
      topicId = loss.getNextTopicId() == null ? topicId : loss.getNextTopicId();
      partitions = Math.min(partitions, topic.partitions());
    }
    check(saved.getTopic(), topicId, partitions, topic);
    cursor.addPartitions(topic.partitions());
    return cursor;
  }

  /**
   * The cursor of a checkpoint, unchecked.
   *
   * @param topic the topic as it stands
   */
  public static LiveCursor at(Cursor saved, TopicIdentity topic) {
    LiveCursor cursor = new LiveCursor(topic);
    saved
        .getPositions()
        .forEach(position -> cursor.positions.put(position.getPartition(), position));
    cursor.nextPartition = saved.getNextPartition();
    return cursor;
  }

  /** Begins to read partitions that the topic has gained, at their first offset. */
  public void addPartitions(int partitions) {
    for (int partition = 0; partition < partitions; partition++) {
      positions.putIfAbsent(partition, new PartitionPosition(partition, 0L, null));
    }
  }

  /** Goes on somewhere else. */
  public void goOnAt(Map<Integer, Long> nextOffsets) {
    nextOffsets.forEach(
        (partition, offset) ->
            positions.put(partition, new PartitionPosition(partition, offset, null)));
  }

  /** Goes on after what is missing. */
  public void accept(LossAcceptedEntry loss) {
    Long next = loss.getNextOffset();
    if (next == null) {
      positions.remove(loss.getPartition());
    } else {
      positions.put(loss.getPartition(), new PartitionPosition(loss.getPartition(), next, null));
    }
    if (loss.getNextTopicId() != null || next == null) {
      // The partitions are others: the order begins anew.
      nextPartition = 0;
    }
  }

  /**
   * Checks that a topic is still the one that is read.
   *
   * @throws LogitstreamException CONFIGURATION if it is another one, or lacks partitions
   */
  public void check(TopicIdentity now) {
    check(topic.name(), topic.id().toString(), topic.partitions(), now);
  }

  private static void check(String name, String id, int partitions, TopicIdentity now) {
    if (!now.name().equals(name)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "the run reads topic %s, the configuration names %s: set topics.prefix as it was"
              .formatted(name, now.name()));
    }
    if (!now.id().toString().equals(id)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          ("topic %s has id %s, the run reads the one with id %s: it was deleted and created again,"
                  + " and offsets mean other records now. Begin another run")
              .formatted(name, now.id(), id));
    }
    if (now.partitions() < partitions) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "topic %s has %d partitions, the run has read %d"
              .formatted(name, now.partitions(), partitions));
    }
  }

  /** Goes past the records of a step. */
  public void advance(Collection<ConsumerRecord<String, byte[]>> lastRecords, int nextPartition) {
    for (ConsumerRecord<String, byte[]> last : lastRecords) {
      positions.put(
          last.partition(),
          new PartitionPosition(
              last.partition(), last.offset() + 1, last.leaderEpoch().orElse(null)));
    }
    this.nextPartition = nextPartition;
  }

  /** The topic as the run knows it. */
  public TopicIdentity topic() {
    return topic;
  }

  /** The partition whose turn it is. */
  public int nextPartition() {
    return nextPartition;
  }

  /** Where reading goes on in each partition, in order. */
  public List<PartitionPosition> positions() {
    return new ArrayList<>(positions.values());
  }

  /** The next offset of each partition. */
  public Map<Integer, Long> nextOffsets() {
    Map<Integer, Long> offsets = new TreeMap<>();
    positions.forEach((partition, position) -> offsets.put(partition, position.getNextOffset()));
    return offsets;
  }

  /** The cursor as manifests tell of it. */
  public Cursor inManifest() {
    return new Cursor(
        NAME, topic.name(), topic.id().toString(), topic.partitions(), positions(), nextPartition);
  }
}
