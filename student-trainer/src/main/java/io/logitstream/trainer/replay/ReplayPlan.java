package io.logitstream.trainer.replay;

import io.logitstream.checkpoints.CheckpointId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a replay would read.
 *
 * @param topic the log
 * @param source the checkpoint that it begins with
 * @param step the optimizer step that it begins at
 * @param ranges what is read of each partition
 * @param known what ledgers tell of the same ranges; empty if no run has trained on them
 */
public record ReplayPlan(
    String topic,
    Optional<CheckpointId> source,
    long step,
    List<Range> ranges,
    Optional<Known> known) {
  /**
   * Offsets of a partition.
   *
   * @param from the first
   * @param until the one after the last
   */
  public record Range(int partition, long from, long until) {
    /** Offsets in it: at least as many as records, as transactions' markers take some. */
    public long offsets() {
      return Math.max(0, until - from);
    }
  }

  /**
   * What the ledger of a run tells of steps that lie within the ranges.
   *
   * @param run the run
   * @param steps its steps
   * @param records records that they consumed
   * @param tokens tokens that they trained on
   */
  public record Known(String run, long steps, long records, long tokens) {}

  public ReplayPlan {
    ranges = List.copyOf(ranges);
  }

  /** Offsets in all ranges. */
  public long offsets() {
    return ranges.stream().mapToLong(Range::offsets).sum();
  }

  /** Tokens in all ranges as far as a ledger tells. */
  public OptionalLong tokens() {
    return known.isPresent() ? OptionalLong.of(known.get().tokens()) : OptionalLong.empty();
  }
}
