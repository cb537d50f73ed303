package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.LearnedWeights;
import io.logitstream.checkpoints.WholeCheckpoint;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.List;
import java.util.Optional;

/** The artifacts of a checkpoint that training goes on from. */
public final class StudentArtifacts {
  private StudentArtifacts() {}

  /**
   * Their names.
   *
   * @param averaged whether averages of the weights belong to them
   * @param adapted whether adapters are trained in the place of the weights
   */
  public static List<String> names(boolean averaged, boolean adapted) {
    String learned = learned(adapted);
    return averaged
        ? List.of(learned, LearnedWeights.MOMENTS, LearnedWeights.AVERAGES)
        : List.of(learned, LearnedWeights.MOMENTS);
  }

  private static String learned(boolean adapted) {
    return adapted ? LearnedWeights.ADAPTER : LearnedWeights.WEIGHTS;
  }

  /** The names of those that a run's checkpoints have. */
  public static List<String> names(TrainingSettings settings) {
    return names(settings.optimizer().averages().isKept(), settings.lowRank().isPresent());
  }

  /** Whether a checkpoint has averages of the weights. */
  public static boolean hasAverages(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .anyMatch(artifact -> artifact.getName().equals(LearnedWeights.AVERAGES));
  }

  /**
   * The state that a checkpoint holds.
   *
   * @param averaged whether averages are kept; those of a checkpoint without any begin as its
   *     weights
   */
  public static TrainingState.Snapshot snapshot(WholeCheckpoint checkpoint, boolean averaged) {
    String learned = learned(LearnedWeights.areAdapters(checkpoint.manifest()));
    String averages = hasAverages(checkpoint.manifest()) ? LearnedWeights.AVERAGES : learned;
    return new TrainingState.Snapshot(
        checkpoint.manifest().getStep(),
        checkpoint.artifact(learned),
        checkpoint.artifact(LearnedWeights.MOMENTS),
        averaged ? Optional.of(checkpoint.artifact(averages)) : Optional.empty());
  }
}
