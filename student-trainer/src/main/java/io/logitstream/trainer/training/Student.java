package io.logitstream.trainer.training;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.distillation.evaluation.Evaluator;
import io.logitstream.distillation.step.DistillationStep;
import io.logitstream.distillation.step.NonFiniteStepException;
import io.logitstream.distillation.step.StepResult;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.List;

/** The student on its device: weights, moments, and the programs that train and evaluate them. */
public final class Student implements AutoCloseable {
  private final TorchEngine engine;
  private final ModelConfig config;
  private final ComputeType computeType;
  private DistillationStep step;
  private Evaluator evaluator;
  private TrainingState state;

  /**
   * @param state closed with the student
   */
  public Student(
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

  /** Trains with other settings from here on; step, weights and moments stay. */
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
        settings.microBatchTokens(),
        settings.recomputeLayers());
  }

  private static Evaluator evaluator(
      TorchEngine engine, ModelConfig config, ComputeType computeType, TrainingSettings settings) {
    return new Evaluator(engine, config, computeType, settings.microBatchTokens());
  }

  /**
   * Takes an optimizer step.
   *
   * @throws NonFiniteStepException if it has no finite result; the student is as before
   */
  public StepResult train(List<TrainingExample> examples) {
    return step.run(state, examples);
  }

  /** How the student stands on windows that it is not trained on. */
  public EvaluationSums evaluate(List<TrainingExample> windows) {
    return evaluator.evaluate(state, windows);
  }

  /** Steps done. */
  public long step() {
    return state.step();
  }

  /** Step, weights and moments of this moment, in host memory. */
  public TrainingState.Snapshot snapshot() {
    return state.snapshot();
  }

  /** Takes the student back to a snapshot. */
  public void restore(TrainingState.Snapshot snapshot) {
    TrainingState restored = TrainingState.restore(engine, config, snapshot);
    state.close();
    state = restored;
  }

  @Override
  public void close() {
    step.close();
    evaluator.close();
    state.close();
  }
}
