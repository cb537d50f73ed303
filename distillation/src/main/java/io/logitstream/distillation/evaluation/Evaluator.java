package io.logitstream.distillation.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.logitstream.distillation.loss.LossProgram;
import io.logitstream.distillation.loss.TopKTail;
import io.logitstream.distillation.step.FullTargets;
import io.logitstream.distillation.step.MicroBatchPlan;
import io.logitstream.distillation.step.PackedSequences;
import io.logitstream.distillation.step.RotaryTables;
import io.logitstream.distillation.step.TopKTargets;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
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

/**
 * Measures weights against FULL records, teacher-forced at temperature 1; against TOP_K records
 * bounds of the same; of LABELS records only the cross-entropy. Not thread-safe.
 */
public final class Evaluator implements AutoCloseable {
  private static final double TEMPERATURE = 1;
  private static final int DISTRIBUTION_COLUMNS = 5;

  private final TorchEngine engine;
  private final ModelConfig config;
  private final int batchTokens;
  private final NDManager manager;
  private final TorchProgram program;
  private final RotaryTables rotary;

  /**
   * @param batchTokens most input positions of a batch, padding included; a longer sequence stands
   *     alone
   */
  public Evaluator(
      TorchEngine engine, ModelConfig config, ComputeType computeType, int batchTokens) {
    if (batchTokens < 1) {
      throw new IllegalArgumentException("%d tokens a batch, expected >= 1".formatted(batchTokens));
    }
    this.engine = engine;
    this.config = config;
    this.batchTokens = batchTokens;
    engine.enterThread();
    this.manager = engine.newManager();
    this.program =
        TorchProgram.compile(
            manager,
            DecoderProgram.source(config, computeType)
                + LossProgram.common(config)
                + EvaluationProgram.source(config));
    this.rotary = new RotaryTables(manager, config);
  }

  /**
   * Evaluates the current weights; every trained position counts alike, whatever the weight of its
   * sequence.
   *
   * @throws IllegalArgumentException if an example is SAMPLED, or TOP_K at another temperature than
   *     1, or does not fit the model
   */
  public EvaluationSums evaluate(TrainingState state, List<TrainingExample> examples) {
    return evaluateEach(state, examples).stream().reduce(EvaluationSums.ZERO, EvaluationSums::plus);
  }

  /**
   * As {@link #evaluate}, each example by itself. They are computed in batches, whose shapes may
   * change the last digits: the same examples in the same order give the same bits.
   *
   * @return in the order of the examples
   */
  public List<EvaluationSums> evaluateEach(TrainingState state, List<TrainingExample> examples) {
    examples.forEach(this::check);
    engine.enterThread();
    EvaluationSums[] sums = new EvaluationSums[examples.size()];
    synchronized (state) {
      for (List<Integer> indices : MicroBatchPlan.FILLED.of(examples, batchTokens)) {
        PackedSequences sequences =
            new PackedSequences(indices.stream().map(examples::get).toList());
        try (NDManager scope = manager.newSubManager()) {
          List<EvaluationSums> batch = evaluate(scope, sequences, state.weightTensors());
          for (int i = 0; i < batch.size(); i++) {
            sums[indices.get(i)] = batch.get(i);
          }
        }
      }
    }
    return List.of(sums);
  }

  private List<EvaluationSums> evaluate(
      NDManager scope, PackedSequences sequences, List<NDArray> weights) {
    SparseLogits kind = sequences.examples().get(0).targets();
    List<Object> arguments = new ArrayList<>();
    arguments.add(sequences.tokenTensor(scope));
    arguments.addAll(rotary.atLeast(sequences.length()));
    arguments.add(sequences.positionTensor(scope));
    arguments.add(sequences.labelTensor(scope));
    String method = "evaluate_labels";
    if (kind instanceof FullLogits) {
      method = "evaluate_full";
      arguments.add(FullTargets.logits(scope, sequences, config.vocabularySize()));
      arguments.add(FullTargets.scale(scope, sequences, TEMPERATURE));
    } else if (kind instanceof TopKLogits) {
      method = "evaluate_top_k";
      arguments.add(TopKTargets.ids(scope, sequences));
      arguments.add(TopKTargets.logProbabilities(scope, sequences, TopKTail.BUCKET));
    }
    arguments.add(weights);
    double[] rows =
        program.infer(scope, method, arguments.toArray()).singletonOrThrow().toDoubleArray();
    List<EvaluationSums> sums = new ArrayList<>();
    int row = 0;
    for (TrainingExample example : sequences.examples()) {
      sums.add(sums(rows, row, example));
      row += example.trainedPositions();
    }
    return sums;
  }

  /** The sums over an example's rows, of which there is one for each trained position. */
  private static EvaluationSums sums(double[] values, int firstRow, TrainingExample example) {
    int rows = example.trainedPositions();
    boolean labels = example.targets() instanceof Labels;
    int columns = labels ? 1 : DISTRIBUTION_COLUMNS;
    double[] sums = new double[columns];
    for (int i = firstRow * columns; i < (firstRow + rows) * columns; i++) {
      sums[i % columns] += values[i];
    }
    if (labels) {
      return new EvaluationSums(1, rows, sums[0], 0, 0, 0, 0, 0, 0);
    }
    int bounded = example.targets() instanceof TopKLogits ? rows : 0;
    return new EvaluationSums(
        1, rows, sums[0], rows, bounded, sums[1], Math.round(sums[2]), sums[3], sums[4]);
  }

  private void check(TrainingExample example) {
    if (example.targets() instanceof SampledLogits) {
      throw new IllegalArgumentException(
          "SAMPLED records have no exact divergence or acceptance: evaluate on FULL records, on"
              + " TOP_K for bounds, or on LABELS for the cross-entropy alone");
    }
    if (example.targets() instanceof TopKLogits top) {
      if (example.temperature() != TEMPERATURE) {
        throw new IllegalArgumentException(
            "a TOP_K record at temperature %s, whose tail is not known at another; expected 1"
                .formatted(example.temperature()));
      }
      checkVocabulary(top.vocabularySize());
    }
    if (example.targets() instanceof FullLogits full) {
      checkVocabulary(full.vocabularySize());
    }
    for (int token : example.tokens()) {
      if (token < 0 || token >= config.vocabularySize()) {
        throw new IllegalArgumentException(
            "token %d, the model has %d".formatted(token, config.vocabularySize()));
      }
    }
  }

  private void checkVocabulary(int vocabularySize) {
    if (vocabularySize != config.vocabularySize()) {
      throw new IllegalArgumentException(
          "the teacher has %d tokens, the model %d"
              .formatted(vocabularySize, config.vocabularySize()));
    }
  }

  @Override
  public void close() {
    program.close();
    manager.close();
  }
}
