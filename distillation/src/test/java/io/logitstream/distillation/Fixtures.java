package io.logitstream.distillation;

import io.logitstream.distillation.step.PositionRange;
import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import io.logitstream.model.torchscript.TorchEngine;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;

/** A decoder small enough for a reference in plain Java, and sequences for it. */
public final class Fixtures {
  public static final TorchEngine ENGINE = TorchEngine.start("cpu", 2);
  public static final int VOCABULARY = 23;

  private Fixtures() {}

  public static ModelConfig config(boolean tied) {
    return new ModelConfig(VOCABULARY, 8, 12, 2, 4, 2, 4, 1e-5, 10000, tied, 64, null, null);
  }

  /** Weights large enough that every part of the model moves the loss. */
  public static Weights weights(ModelConfig config, long seed) {
    Random random = new Random(seed);
    return new Weights(
        config,
        WeightLayout.of(config).slots().stream()
            .map(
                slot -> {
                  float[] values = new float[(int) slot.size()];
                  boolean norm = slot.role() == WeightLayout.Role.NORM;
                  for (int i = 0; i < values.length; i++) {
                    double noise = random.nextGaussian();
                    values[i] = (float) (norm ? 1 + 0.2 * noise : 0.4 * noise);
                  }
                  return new WeightTensor(slot, values);
                })
            .toList());
  }

  public static int[] tokens(Random random, int length) {
    return random.ints(length, 0, VOCABULARY).toArray();
  }

  public static TrainingExample labels(int[] tokens, double weight, PositionRange... trained) {
    return example(new Labels(tokens), weight, 1, OptionalDouble.empty(), trained);
  }

  public static TrainingExample example(
      SparseLogits targets,
      double weight,
      float temperature,
      OptionalDouble entropySum,
      PositionRange... trained) {
    return new TrainingExample(
        targets.tokens(),
        List.of(trained),
        weight,
        "domain",
        targets,
        temperature,
        entropySum.isPresent() ? List.of(entropySum.getAsDouble()) : List.of());
  }

  public static PositionRange range(int start, int end) {
    return new PositionRange(start, end);
  }

  public static PositionRange range(int start, int end, double weight) {
    return new PositionRange(start, end, weight);
  }

  public static FullLogits full(Random random, int[] tokens, int rows) {
    FullLogits.Builder builder = new FullLogits.Builder(tokens, VOCABULARY, rows);
    float[] row = new float[VOCABULARY];
    for (int r = 0; r < rows; r++) {
      for (int id = 0; id < VOCABULARY; id++) {
        row[id] = (float) (2 * random.nextGaussian());
      }
      builder.add(row, 0);
    }
    return builder.build();
  }

  public static TopKLogits topK(Random random, int[] tokens, int rows, int k) {
    TopKSelector selector = new TopKSelector(tokens, VOCABULARY, k, rows);
    float[] row = new float[VOCABULARY];
    for (int r = 0; r < rows; r++) {
      double sum = 0;
      for (int id = 0; id < VOCABULARY; id++) {
        row[id] = (float) Math.exp(2 * random.nextGaussian());
        sum += row[id];
      }
      for (int id = 0; id < VOCABULARY; id++) {
        row[id] /= (float) sum;
      }
      selector.add(row, 0);
    }
    return selector.build();
  }

  public static SampledLogits sampled(Random random, int[] tokens, int rows, int sampleSize) {
    SampledLogits.Builder builder = new SampledLogits.Builder(tokens, VOCABULARY, sampleSize, rows);
    for (int r = 0; r < rows; r++) {
      int[] counts = new int[VOCABULARY];
      for (int draw = 0; draw < sampleSize; draw++) {
        counts[(int) (VOCABULARY * Math.pow(random.nextDouble(), 2))]++;
      }
      for (int id = 0; id < VOCABULARY; id++) {
        if (counts[id] > 0) {
          builder.add(id, counts[id]);
        }
      }
      builder.endRow();
    }
    return builder.build();
  }
}
