package io.logitstream.distillation.step;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.Arrays;
import java.util.List;

/**
 * The gradient of a step, seen through the first moment: with beta1 = 0 and no clipping it is the
 * gradient.
 */
final class Gradients {
  private static final OptimizerSettings PLAIN =
      new OptimizerSettings(LearningRateSchedule.constant(1, 0), 0, 0, 1, 0, 0);

  private Gradients() {}

  record Result(StepResult step, double[][] gradients) {}

  static Result of(
      TorchEngine engine,
      ModelConfig config,
      ComputeType computeType,
      Weights weights,
      ObjectiveSettings objective,
      List<TrainingExample> examples,
      int microBatchTokens,
      HeadChunks chunks,
      boolean recomputed) {
    try (TrainingState state = TrainingState.initial(engine, config, weights);
        DistillationStep step =
            new DistillationStep(
                engine,
                config,
                computeType,
                objective,
                PLAIN,
                new MicroBatching(MicroBatchPlan.FILLED, microBatchTokens),
                recomputed,
                chunks)) {
      StepResult result = step.run(state, examples);
      double[][] gradients =
          state.firstMomentTensors().stream()
              .map(tensor -> widen(tensor.toFloatArray()))
              .toArray(double[][]::new);
      return new Result(result, gradients);
    }
  }

  /** |actual − expected| / |expected|, Euclidean. */
  static double relativeDistance(double[] actual, double[] expected) {
    double distance = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      distance += Math.pow(actual[i] - expected[i], 2);
      norm += Math.pow(expected[i], 2);
    }
    return Math.sqrt(distance / norm);
  }

  static double[] flatten(double[][] tensors) {
    return Arrays.stream(tensors).flatMapToDouble(Arrays::stream).toArray();
  }

  static double[] widen(float[] values) {
    double[] out = new double[values.length];
    Arrays.setAll(out, i -> values[i]);
    return out;
  }
}
