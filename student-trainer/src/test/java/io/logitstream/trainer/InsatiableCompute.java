package io.logitstream.trainer;

import ai.djl.ndarray.NDManager;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.model.torchscript.TorchProgram;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.trainer.recovery.Compute;
import io.logitstream.trainer.recovery.StudentModel;
import io.logitstream.trainer.training.Student;
import io.logitstream.trainer.training.TrainingSettings;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Optional;

/**
 * Trains as another compute does, until a step for which it asks libtorch for 128 TiB.
 *
 * @param step the step that memory does not suffice for
 */
record InsatiableCompute(Compute compute, long step) implements Compute {
  @Override
  public ComputeType preferredType() {
    return compute.preferredType();
  }

  @Override
  public MicroBatchPlan preferredPlan() {
    return compute.preferredPlan();
  }

  @Override
  public ComputeEnvironment environment(ComputeType type) {
    return compute.environment(type);
  }

  @Override
  public Student student(
      StudentModel model,
      ComputeType type,
      TrainingSettings settings,
      Optional<TrainingState.Snapshot> resumed) {
    Student student = compute.student(model, type, settings, resumed);
    return (Student)
        Proxy.newProxyInstance(
            Student.class.getClassLoader(),
            new Class<?>[] {Student.class},
            (proxy, method, arguments) -> {
              if (method.getName().equals("train") && student.step() + 1 == step) {
                askForTooMuch();
              }
              try {
                return method.invoke(student, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  private static void askForTooMuch() {
    try (NDManager manager = TorchEngine.start("cpu", 1).newManager();
        TorchProgram program =
            TorchProgram.compile(
                manager,
                "  def step(self, x: Tensor) -> Tensor:\n"
                    + "    return torch.add(torch.zeros([35184372088832]), x)\n")) {
      program.infer(manager, "step", manager.create(0f));
    }
  }
}
