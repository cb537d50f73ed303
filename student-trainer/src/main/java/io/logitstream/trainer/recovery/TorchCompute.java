package io.logitstream.trainer.recovery;

import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TorchStudent;
import io.logitstream.trainer.training.TrainingSettings;
import java.util.Optional;

/**
 * Students on a CPU or GPU, by libtorch.
 *
 * @param engine libtorch on the device
 */
public record TorchCompute(TorchEngine engine) implements Compute {
  /**
   * Starts libtorch on the device that the settings name.
   *
   * @throws ConfigurationException if there is no such device
   */
  public static TorchCompute start(TrainingSettings settings) {
    try {
      return new TorchCompute(TorchEngine.start(settings.device(), settings.threads()));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("compute.device: " + e.getMessage());
    }
  }

  @Override
  public ComputeType preferredType() {
    return engine.preferredComputeType();
  }

  /** A GPU has the launches of a micro-batch to wait for, of which the plan knows nothing. */
  @Override
  public MicroBatchPlan preferredPlan() {
    return engine.onGpu() ? MicroBatchPlan.FILLED : MicroBatchPlan.LEAST_WORK;
  }

  @Override
  public ComputeEnvironment environment(ComputeType type) {
    return new ComputeEnvironment(
        engine.deviceName(),
        type.label(),
        engine.threads(),
        engine.libtorchVersion(),
        engine.fingerprint(type));
  }

  @Override
  public Student student(
      StudentModel model,
      ComputeType type,
      TrainingSettings settings,
      Optional<TrainingState.Snapshot> resumed) {
    boolean averaged = settings.optimizer().averages().isKept();
    TrainingState state =
        resumed
            .map(
                snapshot ->
                    TrainingState.restore(engine, model.config(), model.weights(), snapshot))
            .orElseGet(
                () -> TrainingState.initial(engine, model.config(), model.weights(), averaged));
    return new TorchStudent(engine, model.config(), type, settings, state);
  }
}
