package io.logitstream.model.decoder;

import io.logitstream.model.decoder.WeightLayout.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Hands out weights one after the other, each as the expression that reads it from {@code ps}. */
final class BlockWeights {
  private final String base;
  private final List<WeightLayout.Slot> slots = new ArrayList<>();

  /**
   * @param base expression of the place of the first weight
   */
  BlockWeights(String base) {
    this.base = base;
  }

  List<WeightLayout.Slot> slots() {
    return slots;
  }

  /** The next weight. */
  String weight(String name, Role role, long... shape) {
    slots.add(new WeightLayout.Slot(name, role, Arrays.stream(shape).boxed().toList()));
    return "ps[%s + %d]".formatted(base, slots.size() - 1);
  }

  /** An RMSNorm over vectors of a width. */
  Operator rmsNorm(String name, long width) {
    String gain = weight(name + ".weight", Role.NORM, width);
    return x -> "self.rms(%s, %s)".formatted(x, gain);
  }

  /** A LayerNorm with a bias. */
  Operator layerNorm(String name, long width) {
    String gain = weight(name + ".weight", Role.NORM, width);
    String bias = weight(name + ".bias", Role.BIAS, width);
    return x -> "self.layer_norm(%s, %s, %s)".formatted(x, gain, bias);
  }

  /** A matrix of (out, in), and its bias. */
  Operator linear(String name, Role role, long out, long in, boolean biased) {
    String matrix = weight(name + ".weight", role, out, in);
    if (!biased) {
      return x -> "self.project(%s, %s)".formatted(x, matrix);
    }
    String bias = weight(name + ".bias", Role.BIAS, out);
    return x -> "self.project_biased(%s, %s, %s)".formatted(x, matrix, bias);
  }

  /** Matrices side by side in one of (in, sum of outs), as GPT-2 has them, with their biases. */
  List<Operator> transposed(String name, Role role, long in, long... outs) {
    long all = Arrays.stream(outs).sum();
    String matrix = weight(name + ".weight", role, in, all);
    String bias = weight(name + ".bias", Role.BIAS, all);
    List<Operator> operators = new ArrayList<>();
    long start = 0;
    for (long out : outs) {
      String part = "torch.slice(%s, 1, %d, %d)".formatted(matrix, start, start + out);
      String partOfBias = "torch.slice(%s, 0, %d, %d)".formatted(bias, start, start + out);
      operators.add(x -> "self.project_stored(%s, %s, %s)".formatted(x, part, partOfBias));
      start += out;
    }
    return operators;
  }

  /** Makes an expression of an expression. */
  @FunctionalInterface
  interface Operator {
    String of(String argument);
  }
}
