package io.logitstream.model.decoder;

import java.util.HashMap;
import java.util.Map;

/**
 * A Llama decoder in float64 loops, written from the papers and not from the program under test.
 */
final class ReferenceDecoder {
  private final ModelConfig config;
  private final double theta;
  private final Map<String, float[]> weights = new HashMap<>();

  ReferenceDecoder(ModelConfig config, Weights weights) {
    this.config = config;
    this.theta = ((Architecture.Llama) config.architecture()).rope().theta();
    weights.tensors().forEach(tensor -> this.weights.put(tensor.slot().name(), tensor.values()));
  }

  /** Log-probabilities of the token after each position, (T, V). */
  double[][] logProbabilities(int[] tokens) {
    double[][] x = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      x[t] = row(weight("model.embed_tokens"), tokens[t], config.hiddenSize());
    }
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      attend(x, prefix);
      for (double[] position : x) {
        feedForward(position, prefix);
      }
    }
    String head = config.tiedEmbeddings() ? "model.embed_tokens" : "lm_head";
    double[][] result = new double[tokens.length][];
    for (int t = 0; t < tokens.length; t++) {
      double[] logits = times(weight(head), normed(x[t], "model.norm"));
      double sum = 0;
      for (double logit : logits) {
        sum += Math.exp(logit);
      }
      result[t] = new double[logits.length];
      for (int id = 0; id < logits.length; id++) {
        result[t][id] = logits[id] - Math.log(sum);
      }
    }
    return result;
  }

  private void attend(double[][] x, String prefix) {
    int length = x.length;
    int size = config.headSize();
    int group = config.attentionHeads() / config.keyValueHeads();
    double[][] queries = new double[length][];
    double[][] keys = new double[length][];
    double[][] values = new double[length][];
    for (int t = 0; t < length; t++) {
      double[] h = normed(x[t], prefix + "input_layernorm");
      queries[t] = rotated(times(weight(prefix + "self_attn.q_proj"), h), t);
      keys[t] = rotated(times(weight(prefix + "self_attn.k_proj"), h), t);
      values[t] = times(weight(prefix + "self_attn.v_proj"), h);
    }
    for (int t = 0; t < length; t++) {
      double[] mixed = new double[config.attentionHeads() * size];
      for (int head = 0; head < config.attentionHeads(); head++) {
        int shared = head / group * size;
        double[] scores = new double[t + 1];
        double sum = 0;
        for (int s = 0; s <= t; s++) {
          double product = 0;
          for (int e = 0; e < size; e++) {
            product += queries[t][head * size + e] * keys[s][shared + e];
          }
          scores[s] = Math.exp(product / Math.sqrt(size));
          sum += scores[s];
        }
        for (int s = 0; s <= t; s++) {
          for (int e = 0; e < size; e++) {
            mixed[head * size + e] += scores[s] / sum * values[s][shared + e];
          }
        }
      }
      add(x[t], times(weight(prefix + "self_attn.o_proj"), mixed));
    }
  }

  private void feedForward(double[] x, String prefix) {
    double[] h = normed(x, prefix + "post_attention_layernorm");
    double[] gate = times(weight(prefix + "mlp.gate_proj"), h);
    double[] up = times(weight(prefix + "mlp.up_proj"), h);
    for (int i = 0; i < gate.length; i++) {
      gate[i] = gate[i] / (1 + Math.exp(-gate[i])) * up[i];
    }
    add(x, times(weight(prefix + "mlp.down_proj"), gate));
  }

  /** Turns coordinates j and j + E/2 of every head by position · theta^(−2j/E). */
  private double[] rotated(double[] heads, int position) {
    int size = config.headSize();
    double[] result = new double[heads.length];
    for (int start = 0; start < heads.length; start += size) {
      for (int j = 0; j < size / 2; j++) {
        double angle = position * Math.pow(theta, -2.0 * j / size);
        double first = heads[start + j];
        double second = heads[start + j + size / 2];
        result[start + j] = first * Math.cos(angle) - second * Math.sin(angle);
        result[start + j + size / 2] = second * Math.cos(angle) + first * Math.sin(angle);
      }
    }
    return result;
  }

  private double[] normed(double[] x, String name) {
    double squares = 0;
    for (double value : x) {
      squares += value * value;
    }
    double scale = 1 / Math.sqrt(squares / x.length + config.normEpsilon());
    double[] result = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      result[i] = x[i] * scale * weight(name)[i];
    }
    return result;
  }

  private float[] weight(String name) {
    float[] values = weights.get(name + ".weight");
    if (values == null) {
      throw new IllegalArgumentException("no weight " + name);
    }
    return values;
  }

  private static double[] row(float[] matrix, int index, int width) {
    double[] row = new double[width];
    for (int i = 0; i < width; i++) {
      row[i] = matrix[index * width + i];
    }
    return row;
  }

  private static double[] times(float[] matrix, double[] x) {
    double[] result = new double[matrix.length / x.length];
    for (int out = 0; out < result.length; out++) {
      for (int in = 0; in < x.length; in++) {
        result[out] += matrix[out * x.length + in] * x[in];
      }
    }
    return result;
  }

  private static void add(double[] to, double[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
