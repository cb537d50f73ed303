package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossProgram;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.DecoderProgram;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.model.torchscript.TorchProgram;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A whole optimizer step: micro-batches by a budget of padded tokens, gradients added up in a fixed
 * order and normalised by the weights of the whole step (1 × 8 equals 8 × 1), then one AdamW
 * update. The same state and examples give the same bytes on one kind of hardware. Not thread-safe.
 */
public final class DistillationStep implements AutoCloseable {
  private static final int LOSS_TENSORS = 2;

  private final TorchEngine engine;
  private final ModelConfig config;
  private final ObjectiveSettings objective;
  private final OptimizerSettings optimizer;
  private final MicroBatching microBatching;
  private final HeadChunks chunks;
  private final NDManager manager;
  private final TorchProgram program;
  private final RotaryTables rotary;
  private final WeightUpdate weightUpdate;

  /**
   * A step whose micro-batches are filled, and whose layers are computed once.
   *
   * @param microBatchTokens most input positions of a micro-batch, padding included; a longer
   *     sequence stands alone
   */
  public DistillationStep(
      TorchEngine engine,
      ModelConfig config,
      ComputeType computeType,
      ObjectiveSettings objective,
      OptimizerSettings optimizer,
      int microBatchTokens) {
    this(
        engine,
        config,
        computeType,
        objective,
        optimizer,
        new MicroBatching(MicroBatchPlan.FILLED, microBatchTokens),
        false);
  }

  /**
   * @param recomputed whether each layer is computed a second time in the backward pass instead of
   *     what it computes within itself being kept
   */
  public DistillationStep(
      TorchEngine engine,
      ModelConfig config,
      ComputeType computeType,
      ObjectiveSettings objective,
      OptimizerSettings optimizer,
      MicroBatching microBatching,
      boolean recomputed) {
    this(
        engine,
        config,
        computeType,
        objective,
        optimizer,
        microBatching,
        recomputed,
        HeadChunks.of(config));
  }

  DistillationStep(
      TorchEngine engine,
      ModelConfig config,
      ComputeType computeType,
      ObjectiveSettings objective,
      OptimizerSettings optimizer,
      MicroBatching microBatching,
      boolean recomputed,
      HeadChunks chunks) {
    this.engine = engine;
    this.config = config;
    this.objective = objective;
    this.optimizer = optimizer;
    this.microBatching = microBatching;
    this.chunks = chunks;
    this.weightUpdate = new WeightUpdate(config, optimizer);
    engine.enterThread();
    this.manager = engine.newManager();
    this.program =
        TorchProgram.compile(
            manager,
            DecoderProgram.source(config, computeType)
                + LossProgram.common(config)
                + LossProgram.source(config, objective, chunks, recomputed)
                + WeightUpdate.SOURCE);
    this.rotary = new RotaryTables(manager, config);
  }

  /**
   * Trains on examples, all at once.
   *
   * @throws NonFiniteStepException if a loss or the gradient's norm is not finite; the state is as
   *     before
   * @throws IllegalArgumentException if an example does not fit the model or the objective, or all
   *     weigh 0; the state is as before
   */
  public StepResult run(TrainingState state, List<TrainingExample> examples) {
    if (optimizer.averages().isKept() != state.hasAverages()) {
      throw new IllegalArgumentException(
          "averages are %s by the optimizer, and %s by the state"
              .formatted(
                  optimizer.averages().isKept() ? "kept" : "not kept",
                  state.hasAverages() ? "kept" : "not kept"));
    }
    for (TrainingExample example : examples) {
      check(example);
    }
    double totalWeight = examples.stream().mapToDouble(TrainingExample::trainedWeight).sum();
    if (!(totalWeight > 0)) {
      throw new IllegalArgumentException(
          "%d examples weigh %s in all, expected > 0".formatted(examples.size(), totalWeight));
    }
    engine.enterThread();
    synchronized (state) {
      try (NDManager scope = manager.newSubManager()) {
        return run(state, examples, totalWeight, scope);
      }
    }
  }

  private StepResult run(
      TrainingState state, List<TrainingExample> examples, double totalWeight, NDManager scope) {
    long step = state.step() + 1;
    LossCollector losses = new LossCollector(objective, step);
    List<List<Integer>> plan = microBatching.of(examples);
    List<NDArray> gradients = List.of();
    long paddedTokens = 0;
    for (List<Integer> indices : plan) {
      PackedSequences sequences = new PackedSequences(indices.stream().map(examples::get).toList());
      paddedTokens += sequences.paddedTokens();
      try (NDManager inputs = scope.newSubManager()) {
        NDList outputs = differentiate(inputs, sequences, state, totalWeight, indices, losses);
        List<NDArray> own = outputs.subList(LOSS_TENSORS, outputs.size());
        if (gradients.isEmpty()) {
          own.forEach(gradient -> gradient.attach(scope));
          gradients = new ArrayList<>(own);
        } else {
          program.inferScalar("accumulate", gradients, own);
        }
      }
    }
    double norm = weightUpdate.gradientNorm(program, gradients);
    if (!Double.isFinite(norm)) {
      throw new NonFiniteStepException(
          step, "gradient norm", norm, IntStream.range(0, examples.size()).boxed().toList());
    }
    double learningRate = optimizer.schedule().rateAt(step);
    weightUpdate.apply(program, state, gradients, step, learningRate, optimizer.clipFactor(norm));
    return new StepResult(
        step,
        losses.total(),
        losses.byDomain(),
        objective.softWeightAt(step),
        norm,
        learningRate,
        paddedTokens,
        plan.size());
  }

  private NDList differentiate(
      NDManager scope,
      PackedSequences sequences,
      TrainingState state,
      double totalWeight,
      List<Integer> indices,
      LossCollector losses) {
    List<TrainingExample> examples = sequences.examples();
    List<NDArray> weights = state.weightTensors();
    double softWeight = objective.softWeightAt(state.step() + 1);
    double[] hard = new double[examples.size()];
    double[] soft = new double[examples.size()];
    for (int i = 0; i < hard.length; i++) {
      TrainingExample example = examples.get(i);
      double weight = example.weight() / totalWeight;
      double share = example.targets() instanceof Labels ? 0 : softWeight;
      hard[i] = weight * (1 - share);
      soft[i] = weight * share * objective.temperature() * objective.temperature();
    }
    List<NDArray> tensors = new ArrayList<>();
    tensors.add(sequences.tokenTensor(scope));
    tensors.addAll(rotary.atLeast(sequences.length()));
    tensors.add(sequences.positionTensor(scope));
    tensors.add(sequences.labelTensor(scope));
    tensors.add(scope.create(sequences.perWeightedRow(hard)));
    tensors.add(scope.create(sequences.perWeightedRow(soft)));
    SparseLogits kind = examples.get(0).targets();
    if (kind instanceof FullLogits || kind instanceof TopKLogits) {
      if (kind instanceof FullLogits) {
        tensors.add(FullTargets.logits(scope, sequences, config.vocabularySize()));
        tensors.add(FullTargets.scale(scope, sequences, objective.temperature()));
      } else {
        tensors.add(TopKTargets.ids(scope, sequences));
        tensors.add(TopKTargets.logProbabilities(scope, sequences, objective.topKTail()));
      }
      tensors.add(scope.create(floats(objective.sharesAt(state.step() + 1))));
      String method = kind instanceof FullLogits ? "full_gradients" : "top_k_gradients";
      NDList outputs = program.differentiate(scope, method, tensors, weights);
      losses.addDistributions(
          examples, indices, outputs.get(0).toFloatArray(), outputs.get(1).toFloatArray());
      return outputs;
    }
    SampledTargets targets =
        SampledTargets.of(examples, soft, config.vocabularySize(), chunks.rows());
    tensors.add(scope.create(targets.indices()));
    tensors.add(scope.create(targets.weights()));
    tensors.add(scope.create(targets.chunkBounds()));
    NDList outputs = program.differentiate(scope, "sampled_gradients", tensors, weights);
    losses.addSampled(
        examples, indices, outputs.get(0).toFloatArray(), outputs.get(1).toFloatArray(), targets);
    return outputs;
  }

  private static float[] floats(double[] values) {
    float[] out = new float[values.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) values[i];
    }
    return out;
  }

  private void check(TrainingExample example) {
    int vocabularySize = config.vocabularySize();
    if (example.inputLength() > config.maxPositions()) {
      throw new IllegalArgumentException(
          "a sequence of %d positions, the model has at most %d"
              .formatted(example.inputLength(), config.maxPositions()));
    }
    for (int token : example.tokens()) {
      if (token < 0 || token >= vocabularySize) {
        throw new IllegalArgumentException(
            "token %d, the model has %d".formatted(token, vocabularySize));
      }
    }
    int teacherVocabulary = teacherVocabulary(example.targets());
    if (teacherVocabulary != vocabularySize) {
      throw new IllegalArgumentException(
          "the teacher has %d tokens, the model %d".formatted(teacherVocabulary, vocabularySize));
    }
    if (!(example.targets() instanceof Labels)) {
      objective
          .refusal(example.encoding(), example.temperature())
          .ifPresent(
              reason -> {
                throw new IllegalArgumentException(reason);
              });
    }
  }

  private int teacherVocabulary(SparseLogits targets) {
    if (targets instanceof FullLogits full) {
      return full.vocabularySize();
    }
    if (targets instanceof TopKLogits top) {
      return top.vocabularySize();
    }
    return targets instanceof SampledLogits sampled
        ? sampled.vocabularySize()
        : config.vocabularySize();
  }

  @Override
  public void close() {
    program.close();
    manager.close();
  }
}
