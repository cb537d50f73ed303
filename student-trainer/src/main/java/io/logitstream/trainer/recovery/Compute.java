package io.logitstream.trainer.recovery;

import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.Optional;

/** What students are computed on. The results depend on it: manifests tell of it. */
public interface Compute {
  /** Starts what a run's settings name. */
  @FunctionalInterface
  interface Starter {
    /**
     * @throws io.logitstream.platform.config.ConfigurationException if there is no such device
     */
    Compute start(TrainingSettings settings);
  }

  /** The type that suits it, where the settings leave that open. */
  ComputeType preferredType();

  /** How it likes steps to be cut, where the settings leave that open. */
  MicroBatchPlan preferredPlan();

  /** As manifests tell of it. */
  ComputeEnvironment environment(ComputeType type);

  /**
   * A student, which the caller closes.
   *
   * @param model the student at the run's start
   * @param resumed the state to go on from; empty for the run's start
   */
  Student student(
      StudentModel model,
      ComputeType type,
      TrainingSettings settings,
      Optional<TrainingState.Snapshot> resumed);
}
