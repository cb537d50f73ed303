package io.logitstream.trainer.evaluation;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.CutLetters;
import io.logitstream.platform.deadletter.DeadLetters;
import io.logitstream.platform.kafka.RecordPlace;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.trainer.ingest.Reading;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Records of evaluation-logits that were condemned. They are found on the reading thread, and go
 * into the next checkpoint from the training thread: as dead letters, and as entries of the ledger,
 * by which the next start knows them and condemns them no more. Safe for both threads.
 */
final class CondemnedWindows {
  private static final long MAX_LETTER_BYTES = 16L << 20;

  private final TopicIdentity topic;
  private final DeadLetters deadLetters;
  private final int maxCondemned;
  private final Set<RecordPlace> known = new HashSet<>();
  private List<SkipEntry> skips = new ArrayList<>();
  private List<ProducerRecord<String, byte[]>> letters = new ArrayList<>();
  private long letterBytes;
  private int condemned;

  /**
   * @param ledger what the run's ledger says was condemned of any topic
   * @param maxCondemned the most records that one start may condemn
   */
  CondemnedWindows(
      TopicIdentity topic,
      DeadLetters deadLetters,
      Collection<SkipEntry> ledger,
      int maxCondemned) {
    this.topic = topic;
    this.deadLetters = deadLetters;
    this.maxCondemned = maxCondemned;
    for (SkipEntry skip : ledger) {
      if (skip.getTopicId().equals(topic.id().toString())) {
        known.add(new RecordPlace(skip.getPartition(), skip.getOffset()));
      }
    }
  }

  /**
   * Condemns a record, unless the ledger says that it was before.
   *
   * @throws LogitstreamException CONFIGURATION if there are too many
   */
  synchronized void add(ConsumerRecord<String, byte[]> read, Reading.Condemned why) {
    if (!known.add(new RecordPlace(read.partition(), read.offset()))) {
      return;
    }
    condemned++;
    if (condemned > maxCondemned) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%d records of %s were condemned since the start, expected at most %d (ingest.max-condemned): something is wrong with the topic. The last one is %d@%d, %s: %s"
              .formatted(
                  condemned,
                  topic.name(),
                  maxCondemned,
                  read.partition(),
                  read.offset(),
                  why.code(),
                  why.reason()));
    }
    skips.add(
        new SkipEntry(
            PinnedEvaluation.CURSOR,
            topic.id().toString(),
            read.partition(),
            read.offset(),
            why.code(),
            why.reason()));
    ProducerRecord<String, byte[]> letter = deadLetters.letter(read, why.code(), why.reason());
    ProducerRecord<String, byte[]> kept =
        letterBytes + CutLetters.bytes(letter) > MAX_LETTER_BYTES ? CutLetters.cut(letter) : letter;
    letterBytes += CutLetters.bytes(kept);
    letters.add(kept);
  }

  /** Gives what was condemned since the last call. */
  synchronized PinnedEvaluation.Condemned drain() {
    PinnedEvaluation.Condemned drained = new PinnedEvaluation.Condemned(skips, letters);
    skips = new ArrayList<>();
    letters = new ArrayList<>();
    letterBytes = 0;
    return drained;
  }
}
