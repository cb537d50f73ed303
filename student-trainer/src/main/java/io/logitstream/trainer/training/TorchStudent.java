package io.logitstream.trainer.training;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.distillation.evaluation.Evaluator;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.List;

/** The student on its device: weights, moments, and the programs that train and evaluate them. */
public final class TorchStudent implements Student {
  private final TorchEngine engine;
  private final ModelConfig config;
  private final ComputeType computeType;
  private DistillationStep step;
  private Evaluator evaluator;
  private final TrainingState state;

  /**
   * @param state closed with the student
   */
  public TorchStudent(
      TorchEngine engine,
      ModelConfig config,
      ComputeType computeType,
      TrainingSettings settings,
      TrainingState state) {
    this.engine = engine;
    this.config = config;
    this.computeType = computeType;
    this.step = step(engine, config, computeType, settings);
    this.evaluator = evaluator(engine, config, computeType, settings);
    this.state = state;
  }

  @Override
  public void use(TrainingSettings settings) {
    step.close();
    evaluator.close();
    step = step(engine, config, computeType, settings);
    evaluator = evaluator(engine, config, computeType, settings);
  }

  private static DistillationStep step(
      TorchEngine engine, ModelConfig config, ComputeType computeType, TrainingSettings settings) {
    return new DistillationStep(
        engine,
        config,
        computeType,
        settings.objective(),
        settings.optimizer(),
        settings.microBatching(),
        settings.recomputeLayers());
  }

  private static Evaluator evaluator(
      TorchEngine engine, ModelConfig config, ComputeType computeType, TrainingSettings settings) {
    return new Evaluator(engine, config, computeType, settings.microBatchTokens());
  }

  @Override
  public StepResult train(List<TrainingExample> examples) {
    return step.run(state, examples);
  }

  @Override
  public EvaluationSums evaluate(List<TrainingExample> windows) {
    return evaluator.evaluate(state, windows);
  }

  @Override
  public List<EvaluationSums> evaluateEach(List<TrainingExample> windows) {
    return evaluator.evaluateEach(state, windows);
  }

  @Override
  public long step() {
    return state.step();
  }

  @Override
  public TrainingState.Snapshot snapshot() {
    return state.snapshot();
  }

  @Override
  public void restore(TrainingState.Snapshot snapshot) {
    // In its place, as there need not be room for two.
    state.reset(snapshot);
  }

  @Override
  public void close() {
    step.close();
    evaluator.close();
    state.close();
  }
}
