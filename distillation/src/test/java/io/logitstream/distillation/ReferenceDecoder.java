package io.logitstream.distillation;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import java.util.Arrays;

/** The decoder in plain loops over double, written from the Llama equations and nothing of ours. */
public final class ReferenceDecoder {
  private static final int WEIGHTS_PER_LAYER = 9;
  private static final double THETA = 10_000;

  private final ModelConfig config;
  private final double[][] weights;

  public ReferenceDecoder(ModelConfig config, Weights weights) {
    this.config = config;
    this.weights = weights.tensors().stream().map(ReferenceDecoder::widen).toArray(double[][]::new);
  }

  private static double[] widen(WeightTensor tensor) {
    double[] out = new double[tensor.values().length];
    Arrays.setAll(out, i -> tensor.values()[i]);
    return out;
  }

  /**
   * The weights themselves, in the order of {@link WeightLayout}: write to them to move the model.
   */
  public double[][] weights() {
    return weights;
  }

  /** (T, V) logits of the inputs {@code tokens[0 … T−1]}. */
  public double[][] logits(int[] tokens, int length) {
    int hidden = config.hiddenSize();
    double[][] x = new double[length][];
    for (int t = 0; t < length; t++) {
      x[t] = Arrays.copyOfRange(weights[0], tokens[t] * hidden, (tokens[t] + 1) * hidden);
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      layer(x, 1 + layer * WEIGHTS_PER_LAYER);
    }
    int norm = 1 + config.layers() * WEIGHTS_PER_LAYER;
    double[] head = weights[config.tiedEmbeddings() ? 0 : norm + 1];
    double[][] logits = new double[length][];
    for (int t = 0; t < length; t++) {
      logits[t] = product(head, normalise(x[t], weights[norm]), config.vocabularySize());
    }
    return logits;
  }

  private void layer(double[][] x, int offset) {
    int heads = config.attentionHeads();
    int keyHeads = config.keyValueHeads();
    int size = config.headSize();
    int length = x.length;
    double[][] queries = new double[length][];
    double[][] keys = new double[length][];
    double[][] values = new double[length][];
    for (int t = 0; t < length; t++) {
      double[] h = normalise(x[t], weights[offset]);
      queries[t] = rotate(product(weights[offset + 1], h, heads * size), t);
      keys[t] = rotate(product(weights[offset + 2], h, keyHeads * size), t);
      values[t] = product(weights[offset + 3], h, keyHeads * size);
    }
    for (int t = 0; t < length; t++) {
      double[] mixed = new double[heads * size];
      for (int head = 0; head < heads; head++) {
        int keyHead = head / (heads / keyHeads);
        double[] scores = new double[t + 1];
        for (int s = 0; s <= t; s++) {
          for (int e = 0; e < size; e++) {
            scores[s] += queries[t][head * size + e] * keys[s][keyHead * size + e];
          }
          scores[s] /= Math.sqrt(size);
        }
        double[] shares = logSoftmax(scores, 1);
        for (int s = 0; s <= t; s++) {
          for (int e = 0; e < size; e++) {
            mixed[head * size + e] += Math.exp(shares[s]) * values[s][keyHead * size + e];
          }
        }
      }
      add(x[t], product(weights[offset + 4], mixed, config.hiddenSize()));
    }
    for (int t = 0; t < length; t++) {
      double[] h = normalise(x[t], weights[offset + 5]);
      double[] gate = product(weights[offset + 6], h, config.intermediateSize());
      double[] up = product(weights[offset + 7], h, config.intermediateSize());
      for (int i = 0; i < gate.length; i++) {
        gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
      }
      add(x[t], product(weights[offset + 8], gate, config.hiddenSize()));
    }
  }

  private double[] normalise(double[] x, double[] gain) {
    double square = Arrays.stream(x).map(v -> v * v).sum() / x.length;
    double[] out = new double[x.length];
    Arrays.setAll(out, i -> x[i] / Math.sqrt(square + config.normEpsilon()) * gain[i]);
    return out;
  }

  private double[] rotate(double[] x, int position) {
    int size = config.headSize();
    int half = size / 2;
    double[] out = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      int inHead = i % size;
      double angle = position * Math.pow(THETA, -2.0 * (inHead % half) / size);
      double other = inHead < half ? -x[i + half] : x[i - half];
      out[i] = x[i] * Math.cos(angle) + other * Math.sin(angle);
    }
    return out;
  }

  private static double[] product(double[] matrix, double[] vector, int rows) {
    double[] out = new double[rows];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < vector.length; column++) {
        out[row] += matrix[row * vector.length + column] * vector[column];
      }
    }
    return out;
  }

  private static void add(double[] to, double[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }

  /** log softmax(scores / temperature). */
  public static double[] logSoftmax(double[] scores, double temperature) {
    double maximum = Arrays.stream(scores).max().orElseThrow();
    double sum = Arrays.stream(scores).map(s -> Math.exp((s - maximum) / temperature)).sum();
    return Arrays.stream(scores).map(s -> (s - maximum) / temperature - Math.log(sum)).toArray();
  }
}
