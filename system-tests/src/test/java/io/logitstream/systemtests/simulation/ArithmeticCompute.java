package io.logitstream.systemtests.simulation;

import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.recovery.Compute;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.Optional;

/**
 * Makes {@link ArithmeticStudent}s: libtorch would take most of a simulation's time, and is the
 * same in all of them.
 *
 * @param onStep called before each step
 */
record ArithmeticCompute(Runnable onStep) implements Compute {
  @Override
  public ComputeType preferredType() {
    return ComputeType.F32;
  }

  @Override
  public MicroBatchPlan preferredPlan() {
    return MicroBatchPlan.FILLED;
  }

  @Override
  public ComputeEnvironment environment(ComputeType type) {
    return new ComputeEnvironment("arithmetic", type.label(), 1, "none", "arithmetic");
  }

  @Override
  public Student student(
      StudentModel model,
      ComputeType type,
      TrainingSettings settings,
      Optional<TrainingState.Snapshot> resumed) {
    ArithmeticStudent student = new ArithmeticStudent(onStep);
    resumed.ifPresent(student::restore);
    return student;
  }
}
