package io.logitstream.trainer.recovery;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.PartitionPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * What a log lacks of that which a run has not trained on yet, as far as anyone can tell: records
 * that retention removed, the end of a log that was cut, a topic that was deleted and created
 * again.
 *
 * @param checkpoint where the run stands
 * @param missing what is missing, by partition, and where reading would go on without it
 * @param words the same, a line each, as people read it
 */
public record LogLoss(String checkpoint, List<LossAcceptedEntry> missing, List<String> words) {
  /** In place of an end that nobody knows. */
  public static final long UNKNOWN_END = -1;

  public LogLoss {
    missing = List.copyOf(missing);
    words = List.copyOf(words);
  }

  /**
   * Asks the log what it lacks.
   *
   * @param consumer is assigned partitions of the topic; it fetches nothing
   * @param checkpoint the checkpoint that the cursor is of
   * @param saved where the run stands
   * @param topic the topic as it is
   * @throws LogitstreamException CONFIGURATION if the log is another one and nobody can tell where
   *     it begins to be
   */
  public static LogLoss find(
      Consumer<?, ?> consumer,
      String checkpoint,
      Cursor saved,
      TopicIdentity topic,
      LogBounds bounds) {
    boolean isSameTopic = saved.getTopicId().equals(topic.id().toString());
    return between(
        checkpoint,
        saved,
        topic,
        bounds,
        isSameTopic ? Divergence.of(consumer, topic, saved, bounds.beginnings()) : Map.of());
  }

  /**
   * Compares where a run stands with the log as it is.
   *
   * @param divergent the first offset of a partition at which other records are than the run has
   *     read; see {@link Divergence}
   */
  static LogLoss between(
      String checkpoint,
      Cursor saved,
      TopicIdentity topic,
      LogBounds bounds,
      Map<Integer, Long> divergent) {
    Finder finder = new Finder(saved, topic, bounds.beginnings(), bounds.ends(), divergent);
    if (!saved.getTopicId().equals(topic.id().toString())) {
      finder.anotherTopic();
    } else {
      finder.sameTopic();
    }
    return new LogLoss(checkpoint, finder.missing, finder.words);
  }

  /** Whether nothing is missing. */
  public boolean isEmpty() {
    return missing.isEmpty();
  }

  /** Why the run does not go on. */
  public LogitstreamException refusal() {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        ("the log lacks what was not trained on since checkpoint %s:%n  %s%nKeep the topic longer"
                + " next time. Begin another run, or go on without these records: 'logitstream train"
                + " --accept-loss', which the run's ledger will tell of")
            .formatted(checkpoint, String.join(System.lineSeparator() + "  ", words)));
  }

  private static final class Finder {
    private final Cursor saved;
    private final TopicIdentity topic;
    private final Map<Integer, Long> beginnings;
    private final Map<Integer, Long> ends;
    private final Map<Integer, Long> divergent;
    private final List<LossAcceptedEntry> missing = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    Finder(
        Cursor saved,
        TopicIdentity topic,
        Map<Integer, Long> beginnings,
        Map<Integer, Long> ends,
        Map<Integer, Long> divergent) {
      this.saved = saved;
      this.topic = topic;
      this.beginnings = beginnings;
      this.ends = ends;
      this.divergent = divergent;
    }

    void anotherTopic() {
      String now = topic.id().toString();
      words.add(
          "topic %s was deleted and created again: it has id %s and %d partitions, the run reads the one with id %s and %d"
              .formatted(
                  topic.name(),
                  now,
                  topic.partitions(),
                  saved.getTopicId(),
                  saved.getPartitions()));
      for (PartitionPosition position : saved.getPositions()) {
        int partition = position.getPartition();
        words.add(
            "%s-%d: what it held from offset %d on is gone"
                .formatted(topic.name(), partition, position.getNextOffset()));
        missing.add(
            entry(partition, position.getNextOffset(), UNKNOWN_END)
                .setNextTopicId(now)
                .setNextOffset(beginnings.get(partition))
                .build());
      }
      addedPartitions();
    }

    void sameTopic() {
      if (topic.partitions() < saved.getPartitions()) {
        words.add(
            "topic %s has %d partitions, the run reads %d"
                .formatted(topic.name(), topic.partitions(), saved.getPartitions()));
      }
      for (PartitionPosition position : saved.getPositions()) {
        int partition = position.getPartition();
        if (partition >= topic.partitions()) {
          words.add(
              "%s-%d: what it held from offset %d on is gone"
                  .formatted(topic.name(), partition, position.getNextOffset()));
          missing.add(entry(partition, position.getNextOffset(), UNKNOWN_END).build());
        } else {
          samePartition(partition, position.getNextOffset());
        }
      }
      addedPartitions();
    }

    private void samePartition(int partition, long nextOffset) {
      long beginning = beginnings.getOrDefault(partition, 0L);
      long end = ends.getOrDefault(partition, Long.MAX_VALUE);
      Long differs = divergent.get(partition);
      if (nextOffset < beginning) {
        removed(partition, nextOffset, beginning);
      } else if (differs != null && differs < nextOffset) {
        cutOff(partition, nextOffset, Math.max(differs, beginning), "other records begin at");
      } else if (nextOffset > end) {
        cutOff(partition, nextOffset, end, "the log ends at");
      }
    }

    private void cutOff(int partition, long nextOffset, long end, String how) {
      words.add(
          "%s-%d: the run stands at offset %d and %s %d: offsets %d to %d, which were trained on, were cut off, and others are in their place or will be"
              .formatted(topic.name(), partition, nextOffset, how, end, end, nextOffset - 1));
      missing.add(entry(partition, end, nextOffset).setNextOffset(end).build());
    }

    /** Records of partitions that were added after the checkpoint count from their first on. */
    private void addedPartitions() {
      for (int partition = saved.getPartitions(); partition < topic.partitions(); partition++) {
        long beginning = beginnings.getOrDefault(partition, 0L);
        if (beginning > 0) {
          removed(partition, 0, beginning);
        }
      }
    }

    private void removed(int partition, long nextOffset, long beginning) {
      words.add(
          "%s-%d: offsets %d to %d are gone (%d offsets, markers included): the log begins at %d"
              .formatted(
                  topic.name(),
                  partition,
                  nextOffset,
                  beginning - 1,
                  beginning - nextOffset,
                  beginning));
      missing.add(
          LossAcceptedEntry.newBuilder()
              .setCursor(saved.getName())
              .setTopicId(topic.id().toString())
              .setPartition(partition)
              .setFromOffset(nextOffset)
              .setToOffset(beginning)
              .setNextOffset(beginning)
              .build());
    }

    private LossAcceptedEntry.Builder entry(int partition, long from, long to) {
      return LossAcceptedEntry.newBuilder()
          .setCursor(saved.getName())
          .setTopicId(saved.getTopicId())
          .setPartition(partition)
          .setFromOffset(from)
          .setToOffset(to);
    }
  }
}
