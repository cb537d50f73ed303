package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.RecordKeys;

/**
 * The identity of a checkpoint, written RUN/SEQUENCE.
 *
 * @param run the run; not empty, without '/'
 * @param sequence place among the run's checkpoints, from 0
 */
public record CheckpointId(String run, long sequence) {
  public CheckpointId {
    RecordKeys.segment("run", run);
    if (sequence < 0) {
      throw new IllegalArgumentException("sequence %d, expected at least 0".formatted(sequence));
    }
  }

  /** The identity of a manifest's checkpoint. */
  public static CheckpointId of(CheckpointManifest manifest) {
    return new CheckpointId(manifest.getRun(), manifest.getSequence());
  }

  /**
   * Reads RUN/SEQUENCE.
   *
   * @throws IllegalArgumentException if the text is not of that form
   */
  public static CheckpointId parse(String text) {
    int slash = text.indexOf('/');
    if (slash > 0 && text.substring(slash + 1).matches("[0-9]{1,18}")) {
      return new CheckpointId(text.substring(0, slash), Long.parseLong(text.substring(slash + 1)));
    }
    throw new IllegalArgumentException(
        "checkpoint '%s', expected RUN/SEQUENCE such as student/12".formatted(text));
  }

  @Override
  public String toString() {
    return RecordKeys.checkpoint(run, sequence);
  }
}
