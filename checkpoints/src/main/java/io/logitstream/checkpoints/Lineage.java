package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TokenTally;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a checkpoint was trained on since its run's start, from the ledger. Checkpoints that a
 * rollback discarded are none of its ancestors.
 *
 * @param steps optimizer steps
 * @param spans the records that steps consumed, by topic and partition
 * @param tokens trained tokens by domain, origin and teacher
 * @param skips the records among them that were condemned
 * @param losses records that were missing, and that an operator accepted the loss of
 * @param rollbacks where training went on from an earlier checkpoint
 * @param replayOf the checkpoint of another run that this one began with; null for a student
 */
public record Lineage(
    CheckpointId checkpoint,
    long steps,
    List<Span> spans,
    List<TokenTally> tokens,
    List<SkipEntry> skips,
    List<LossAcceptedEntry> losses,
    List<RollbackEntry> rollbacks,
    @Nullable String replayOf) {
  /**
   * Consecutive records of one partition.
   *
   * @param topicId Kafka's id of the topic
   * @param records records in it; gaps of transaction markers are none
   * @param passedOver those among them that were not trained on
   */
  public record Span(
      String cursor,
      String topicId,
      int partition,
      long firstOffset,
      long lastOffset,
      long records,
      long passedOver) {
    private Span and(OffsetRange range) {
      return new Span(
          cursor,
          topicId,
          partition,
          Math.min(firstOffset, range.getFirstOffset()),
          Math.max(lastOffset, range.getLastOffset()),
          records + range.getCount(),
          passedOver + range.getPassedOver());
    }

    private static Span of(OffsetRange range) {
      return new Span(
          range.getCursor(),
          range.getTopicId(),
          range.getPartition(),
          range.getFirstOffset(),
          range.getLastOffset(),
          range.getCount(),
          range.getPassedOver());
    }
  }

  public Lineage {
    spans = List.copyOf(spans);
    tokens = List.copyOf(tokens);
    skips = List.copyOf(skips);
    losses = List.copyOf(losses);
    rollbacks = List.copyOf(rollbacks);
  }

  /**
   * The lineage of a checkpoint.
   *
   * @throws LogitstreamException FATAL if the ledger does not have all of its steps
   */
  public static Lineage of(CheckpointManifest checkpoint, LedgerReader ledger) {
    Collector collector = new Collector();
    BitSet line = line(checkpoint, ledger);
    ledger.forEach(
        checkpoint.getRun(),
        entry -> {
          if (entry.getSequence() <= checkpoint.getSequence()
              && line.get(Math.toIntExact(entry.getSequence()))) {
            collector.add(entry);
          }
        });
    CheckpointId id = CheckpointId.of(checkpoint);
    boolean isReplay = checkpoint.getReplayOf() != null;
    long expected = isReplay ? collector.steps : checkpoint.getStep();
    if (collector.steps != expected
        || (collector.steps > 0 && collector.lastStep != checkpoint.getStep())) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          "checkpoint %s is at step %d, and the ledger has %d steps up to it: 'logitstream verify' shows where they differ"
              .formatted(id, checkpoint.getStep(), collector.steps));
    }
    return new Lineage(
        id,
        collector.steps,
        collector.spans.values().stream()
            .sorted(
                Comparator.comparing(Span::cursor)
                    .thenComparing(Span::topicId)
                    .thenComparingInt(Span::partition))
            .toList(),
        collector.tokens.entrySet().stream()
            .map(
                entry ->
                    new TokenTally(
                        entry.getKey().domain(),
                        entry.getKey().origin(),
                        entry.getKey().teacher(),
                        entry.getValue()))
            .toList(),
        collector.skips,
        collector.losses,
        collector.rollbacks,
        checkpoint.getReplayOf());
  }

  /** The sequences of a checkpoint and its ancestors: each the one before, but for rollbacks. */
  private static BitSet line(CheckpointManifest checkpoint, LedgerReader ledger) {
    Map<Long, Long> parents = new HashMap<>();
    ledger.forEach(
        checkpoint.getRun(),
        entry -> {
          RollbackEntry rollback = entry.getRollback();
          if (rollback != null) {
            parents.put(entry.getSequence(), rollback.getToSequence());
          }
        });
    BitSet line = new BitSet();
    long sequence = checkpoint.getSequence();
    while (sequence >= 0) {
      line.set(Math.toIntExact(sequence));
      sequence = Math.min(sequence - 1, parents.getOrDefault(sequence, sequence - 1));
    }
    return line;
  }

  private record Source(String domain, OriginKind origin, String teacher)
      implements Comparable<Source> {
    private static final Comparator<Source> ORDER =
        Comparator.comparing(Source::domain)
            .thenComparing(Source::origin)
            .thenComparing(Source::teacher);

    @Override
    public int compareTo(Source other) {
      return ORDER.compare(this, other);
    }
  }

  private static final class Collector {
    private final Map<String, Span> spans = new TreeMap<>();
    private final Map<Source, Long> tokens = new TreeMap<>();
    private final List<SkipEntry> skips = new ArrayList<>();
    private final List<LossAcceptedEntry> losses = new ArrayList<>();
    private final List<RollbackEntry> rollbacks = new ArrayList<>();
    private long steps;
    private long lastStep;

    void add(LedgerEntry entry) {
      LossAcceptedEntry loss = entry.getLossAccepted();
      if (loss != null) {
        losses.add(loss);
      }
      RollbackEntry rollback = entry.getRollback();
      if (rollback != null) {
        rollbacks.add(rollback);
      }
      SkipEntry skip = entry.getSkip();
      if (skip != null) {
        skips.add(skip);
      }
      StepEntry step = entry.getStep();
      if (step == null) {
        return;
      }
      lastStep = step.getStep();
      steps++;
      for (OffsetRange range : step.getRanges()) {
        spans.compute(
            "%s/%s/%d".formatted(range.getCursor(), range.getTopicId(), range.getPartition()),
            (key, span) -> span == null ? Span.of(range) : span.and(range));
      }
      for (TokenTally tally : step.getTokens()) {
        tokens.merge(
            new Source(tally.getDomain(), tally.getOrigin(), tally.getTeacher()),
            tally.getTokens(),
            Long::sum);
      }
    }
  }
}
