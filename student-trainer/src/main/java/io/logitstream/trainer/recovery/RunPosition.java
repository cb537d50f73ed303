package io.logitstream.trainer.recovery;

import io.logitstream.schemas.CheckpointManifest;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a run stands at a step boundary. For one thread. */
public final class RunPosition {
  private final LiveCursor cursor;
  private long sequence;
  private @Nullable Long parent;
  private long checkpointedStep;
  private long trainedTokens;
  private long trainedRecords;

  /**
   * @param newestSequence the sequence of the run's newest checkpoint, or -1
   * @param resumed the checkpoint that the run goes on from; empty for a new run
   */
  public RunPosition(LiveCursor cursor, long newestSequence, Optional<CheckpointManifest> resumed) {
    this.cursor = cursor;
    this.sequence = newestSequence;
    this.checkpointedStep = -1;
    resumed.ifPresent(this::goOnFrom);
  }

  private void goOnFrom(CheckpointManifest manifest) {
    parent = manifest.getSequence();
    checkpointedStep = manifest.getStep();
    trainedTokens = manifest.getTrainedTokens();
    trainedRecords = manifest.getTrainedRecords();
  }

  /** A new run begins with a checkpoint of another one. */
  public void beginWith(CheckpointManifest source) {
    trainedTokens = source.getTrainedTokens();
    trainedRecords = source.getTrainedRecords();
  }

  /** The student was taken back to an earlier checkpoint; sequence and cursor stay. */
  public void rolledBack(CheckpointManifest accepted) {
    goOnFrom(accepted);
  }

  /** Where the run stands in the log. */
  public LiveCursor cursor() {
    return cursor;
  }

  /** A step trained on records and tokens. */
  public void trained(long records, long tokens) {
    trainedRecords += records;
    trainedTokens += tokens;
  }

  /** The place of the next checkpoint, which is taken at a step. */
  public CheckpointPlace nextCheckpoint(long step) {
    CheckpointPlace place = new CheckpointPlace(++sequence, parent);
    checkpointedStep = step;
    parent = sequence;
    return place;
  }

  /** Sequence of the newest checkpoint, or -1. */
  public long sequence() {
    return sequence;
  }

  /** Step of the checkpoint that training goes on from, or -1. */
  public long checkpointedStep() {
    return checkpointedStep;
  }

  /** Tokens trained on since the run's start. */
  public long trainedTokens() {
    return trainedTokens;
  }

  /** Records trained on since the run's start. */
  public long trainedRecords() {
    return trainedRecords;
  }
}
