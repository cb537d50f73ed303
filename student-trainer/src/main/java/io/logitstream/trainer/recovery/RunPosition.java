package io.logitstream.trainer.recovery;

import io.logitstream.schemas.CheckpointManifest;
import java.util.Optional;

/** Where a run stands at a step boundary. For one thread. */
public final class RunPosition {
  private final LiveCursor cursor;
  private long sequence;
  private long checkpointedStep;
  private long trainedTokens;
  private long trainedRecords;

  /**
   * @param newest the checkpoint that the run goes on from; empty for a new run
   */
  public RunPosition(LiveCursor cursor, Optional<CheckpointManifest> newest) {
    this.cursor = cursor;
    this.sequence = newest.map(CheckpointManifest::getSequence).orElse(-1L);
    this.checkpointedStep = newest.map(CheckpointManifest::getStep).orElse(-1L);
    this.trainedTokens = newest.map(CheckpointManifest::getTrainedTokens).orElse(0L);
    this.trainedRecords = newest.map(CheckpointManifest::getTrainedRecords).orElse(0L);
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

  /** Sequence of the next checkpoint, which is taken at a step. */
  public long nextCheckpoint(long step) {
    checkpointedStep = step;
    return ++sequence;
  }

  /** Sequence of the newest checkpoint, or -1. */
  public long sequence() {
    return sequence;
  }

  /** Step of the newest checkpoint, or -1. */
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
