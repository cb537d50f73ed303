package io.logitstream.checkpoints;

import io.logitstream.platform.tracing.TraceContext;
import io.logitstream.schemas.CheckpointManifest;
import java.util.Optional;

/**
 * The trace of a checkpoint: of its manifest, and of the steps since the one before. It follows
 * from what the checkpoint is, so that a step that a crash undid belongs to the same one when it is
 * taken again.
 */
public final class CheckpointTrace {
  private CheckpointTrace() {}

  /**
   * The trace of a checkpoint.
   *
   * @param topicId Kafka's id of the topic that the run reads: no two clusters have the same
   */
  public static TraceContext of(String run, long sequence, String topicId) {
    return TraceContext.beginning("checkpoint %s/%d %s".formatted(run, sequence, topicId));
  }

  /** The trace of a checkpoint; none where its manifest names no topic. */
  public static Optional<TraceContext> of(CheckpointManifest manifest) {
    return manifest.getCursors().stream()
        .findFirst()
        .map(cursor -> of(manifest.getRun(), manifest.getSequence(), cursor.getTopicId()));
  }
}
