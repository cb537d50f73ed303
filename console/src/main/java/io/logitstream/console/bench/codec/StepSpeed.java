package io.logitstream.console.bench.codec;

import io.logitstream.console.bench.ModelShape;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.logits.SparseLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How fast a student of 9M parameters trains on records that are in memory, 8 sequences of 256.
 *
 * @param computeType number type of the matrix products, the faster one here
 * @param threads threads of an operator
 * @param tokens tokens a second, the median over steps
 */
record StepSpeed(String computeType, int threads, double tokens) {
  /** The student's shape. */
  static final String SHAPE = "L6 d320 H10 KV5 ff1024 V4096";

  private static final int POSITIONS = 256;

  /** Records of a step. */
  static final int BATCH = 8;

  private static final int WARM_UP_STEPS = 2;
  private static final int STEPS = 5;

  static StepSpeed measure(TorchEngine engine, PublishedRecords published) {
    ModelConfig config = ModelShape.parse(SHAPE, POSITIONS);
    List<TrainingExample> examples = new ArrayList<>();
    for (SparseLogits logits : published.logits().subList(0, BATCH)) {
      examples.add(
          new TrainingExample(
              logits.tokens(),
              List.of(new PositionRange(0, logits.rows())),
              1,
              "bench",
              logits,
              1f,
              List.of()));
    }
    ComputeType computeType = engine.preferredComputeType();
    double[] seconds = new double[STEPS];
    try (DistillationStep step =
            new DistillationStep(
                engine,
                config,
                computeType,
                new ObjectiveSettings(1, 1),
                OptimizerSettings.of(LearningRateSchedule.constant(1e-3, 1)),
                BATCH * POSITIONS);
        TrainingState state =
            TrainingState.initial(engine, config, Weights.initialise(config, 1))) {
      for (int index = -WARM_UP_STEPS; index < STEPS; index++) {
        long startNanos = System.nanoTime();
        step.run(state, examples);
        if (index >= 0) {
          seconds[index] = (System.nanoTime() - startNanos) / 1e9;
        }
      }
    }
    Arrays.sort(seconds);
    return new StepSpeed(
        computeType.label(), engine.threads(), BATCH * POSITIONS / seconds[STEPS / 2]);
  }
}
