package io.logitstream.console.bench.device;

import io.logitstream.console.bench.SyntheticBatch;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.MicroBatching;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.List;

/**
 * Training on a device: beside the CPU, beside itself, and beside itself after it was interrupted
 * and went on from a checkpoint.
 */
final class TrainingComparison {
  /** Ten steps of AdamW carry rounding further than one product does. */
  private static final double ALLOWED = 1e-3;

  private static final int STEPS = 10;
  private static final double LEARNING_RATE = 1e-3;
  private static final double SOFT_WEIGHT = 0.7;
  private static final SyntheticBatch BATCH =
      new SyntheticBatch(SyntheticBatch.Encoding.SAMPLED, 4, 48, 16);

  private final TorchEngine device;
  private final TorchEngine cpu;
  private final ComparedModel model;

  TrainingComparison(TorchEngine device, TorchEngine cpu, ComparedModel model) {
    this.device = device;
    this.cpu = cpu;
    this.model = model;
  }

  private record Run(List<Double> objectives, TrainingState.Snapshot end) {}

  /** Objectives of ten steps in float32. */
  Finding besideTheCpu() {
    List<Double> expected = train(cpu, ComputeType.F32, STEPS, false).objectives();
    List<Double> found = train(device, ComputeType.F32, STEPS, false).objectives();
    double deviation = 0;
    for (int step = 0; step < STEPS; step++) {
      deviation =
          Math.max(deviation, Math.abs(found.get(step) - expected.get(step)) / expected.get(step));
    }
    return new Finding(
        "training: largest relative deviation of %d steps' objectives from the CPU's"
            .formatted(STEPS),
        model.name(),
        deviation,
        ALLOWED);
  }

  /** Bytes of weights and moments that differ between two runs of the same steps. */
  Finding besideItself(ComputeType computeType, boolean recomputed) {
    Run first = train(device, computeType, STEPS, recomputed);
    Run second = train(device, computeType, STEPS, recomputed);
    return bytesThatDiffer(
        "training in %s%s: bytes that differ when the same steps are taken again"
            .formatted(computeType.label(), recomputed ? ", layers computed again" : ""),
        first,
        second);
  }

  /** Bytes that differ between a run, and one whose state left the device in its middle. */
  Finding besideAnInterruptedRun(ComputeType computeType) {
    return bytesThatDiffer(
        "training in %s: bytes that differ after a restart from a checkpoint"
            .formatted(computeType.label()),
        train(device, computeType, STEPS, false),
        train(device, computeType, STEPS / 2, false));
  }

  private Finding bytesThatDiffer(String check, Run first, Run second) {
    long differing =
        differing(first.end().weights(), second.end().weights())
            + differing(first.end().moments(), second.end().moments());
    return new Finding(check, model.name(), differing, 0);
  }

  private static long differing(byte[] first, byte[] second) {
    long count = Math.abs((long) first.length - second.length);
    for (int i = 0; i < Math.min(first.length, second.length); i++) {
      count += first[i] == second[i] ? 0 : 1;
    }
    return count;
  }

  /**
   * Ten steps, each on examples of its own.
   *
   * @param sessionSteps after so many steps the state is read back and put on the device anew
   */
  private Run train(
      TorchEngine engine, ComputeType computeType, int sessionSteps, boolean recomputed) {
    List<Double> objectives = new ArrayList<>();
    TrainingState.Snapshot snapshot;
    try (TrainingState initial = TrainingState.initial(engine, model.config(), model.weights())) {
      snapshot = initial.snapshot();
    }
    for (int done = 0; done < STEPS; done += sessionSteps) {
      try (TrainingState state = TrainingState.restore(engine, model.config(), snapshot);
          DistillationStep step =
              new DistillationStep(
                  engine,
                  model.config(),
                  computeType,
                  new ObjectiveSettings(SOFT_WEIGHT),
                  OptimizerSettings.of(LearningRateSchedule.constant(LEARNING_RATE, 0)),
                  new MicroBatching(MicroBatchPlan.LEAST_WORK, BATCH.positions() * 2),
                  recomputed)) {
        for (int i = done; i < done + sessionSteps; i++) {
          StepResult result = step.run(state, examples(i));
          objectives.add(result.total().meanObjective());
        }
        snapshot = state.snapshot();
      }
    }
    return new Run(objectives, snapshot);
  }

  private List<TrainingExample> examples(int step) {
    return BATCH.examples(model.config().vocabularySize(), step);
  }
}
