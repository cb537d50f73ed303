package io.logitstream.console.bench;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.MicroBatching;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Times whole optimizer steps, fed from memory.
 *
 * @param microBatchTokens input positions of a micro-batch
 * @param recomputed whether layers are computed again in the backward pass
 * @param warmupSteps steps before those that count
 * @param steps steps that count
 */
public record StepBench(
    ModelConfig config,
    ComputeType computeType,
    SyntheticBatch batch,
    ObjectiveSettings objective,
    int microBatchTokens,
    boolean recomputed,
    int warmupSteps,
    int steps) {
  private static final double LEARNING_RATE = 1e-4;

  /** Takes the steps; what was measured, and what it was measured on. */
  public Map<String, Object> run(TorchEngine engine) {
    List<TrainingExample> examples = batch.examples(config.vocabularySize(), 1);
    long tokens = (long) batch.sequences() * batch.positions();
    double[] ms = new double[steps];
    try (TrainingState state =
            TrainingState.initial(engine, config, Weights.initialise(config, 1));
        DistillationStep step =
            new DistillationStep(
                engine,
                config,
                computeType,
                objective,
                OptimizerSettings.of(LearningRateSchedule.constant(LEARNING_RATE, 0)),
                new MicroBatching(MicroBatchPlan.LEAST_WORK, microBatchTokens),
                recomputed)) {
      for (int i = -warmupSteps; i < steps; i++) {
        long startNanos = System.nanoTime();
        step.run(state, examples);
        if (i >= 0) {
          ms[i] = (System.nanoTime() - startNanos) / 1e6;
        }
      }
    }
    Durations durations = Durations.of(ms);
    double stepFlops = StepWork.training(config, tokens, batch.positions());
    double achieved = stepFlops / durations.medianMs() / 1e6;
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "step");
    durations.putInto(figures, "step");
    figures.put("tokensPerSecond", Figures.rounded(tokens * 1000 / durations.medianMs()));
    figures.put("stepGflop", Figures.rounded(stepFlops / 1e9));
    figures.putAll(Figures.environment(engine, computeType));
    double peak = MatmulPeak.gflops(engine, computeType);
    figures.put("matmulPeakGflops", Figures.rounded(peak));
    figures.put("utilisation", Figures.rounded(achieved / peak));
    figures.put("shape", Figures.shape(config));
    figures.put("settings", settings());
    return figures;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("sequences", batch.sequences());
    settings.put("positions", batch.positions());
    settings.put("encoding", batch.encoding().name());
    settings.put("ids", batch.ids());
    settings.put("softWeight", objective.softWeight());
    settings.put("soft", objective.mix().label());
    settings.put("microBatchTokens", microBatchTokens);
    settings.put("recomputeLayers", recomputed);
    settings.put("warmupSteps", warmupSteps);
    settings.put("steps", steps);
    return settings;
  }
}
