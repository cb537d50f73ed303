package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.schemas.CheckpointManifest;
import java.util.List;
import java.util.Optional;

/** The artifacts of a checkpoint that training goes on from. */
public final class StudentArtifacts {
  private static final String WEIGHTS = "weights";
  private static final String MOMENTS = "moments";
  private static final String AVERAGES = "averages";

  private StudentArtifacts() {}

  /**
   * Their names.
   *
   * @param averaged whether averages of the weights belong to them
   */
  public static List<String> names(boolean averaged) {
    return averaged ? List.of(WEIGHTS, MOMENTS, AVERAGES) : List.of(WEIGHTS, MOMENTS);
  }

  /** Whether a checkpoint has averages of the weights. */
  public static boolean hasAverages(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .anyMatch(artifact -> artifact.getName().equals(AVERAGES));
  }

  /**
   * The state that a checkpoint holds.
   *
   * @param averaged whether averages are kept; those of a checkpoint without any begin as its
   *     weights
   */
  public static TrainingState.Snapshot snapshot(WholeCheckpoint checkpoint, boolean averaged) {
    String averages = hasAverages(checkpoint.manifest()) ? AVERAGES : WEIGHTS;
    return new TrainingState.Snapshot(
        checkpoint.manifest().getStep(),
        checkpoint.artifact(WEIGHTS),
        checkpoint.artifact(MOMENTS),
        averaged ? Optional.of(checkpoint.artifact(averages)) : Optional.empty());
  }
}
