package io.logitstream.model.decoder;

import io.logitstream.model.decoder.WeightLayout.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Hands out weights one after the other, each as the expression that reads it from {@code ps}. */
final class BlockWeights {
  private final String base;
  private final @Nullable LowRank adapter;
  private final List<WeightLayout.Slot> slots = new ArrayList<>();
  private final Set<String> modules = new TreeSet<>();

  /**
   * @param base expression of the place of the first weight
   */
  BlockWeights(String base) {
    this(base, null);
  }

  /**
   * @param base expression of the place of the first weight
   * @param adapter put beside the matrices that it targets; null for none
   */
  BlockWeights(String base, @Nullable LowRank adapter) {
    this.base = base;
    this.adapter = adapter;
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
      return adapted(name, in, out)
          .beside(x -> "self.project(%s, %s)".formatted(x, matrix), 0, out);
    }
    String bias = weight(name + ".bias", Role.BIAS, out);
    return adapted(name, in, out)
        .beside(x -> "self.project_biased(%s, %s, %s)".formatted(x, matrix, bias), 0, out);
  }

  /** Matrices side by side in one of (in, sum of outs), as GPT-2 has them, with their biases. */
  List<Operator> transposed(String name, Role role, long in, long... outs) {
    long all = Arrays.stream(outs).sum();
    String matrix = weight(name + ".weight", role, in, all);
    String bias = weight(name + ".bias", Role.BIAS, all);
    Beside adapted = adapted(name, in, all);
    List<Operator> operators = new ArrayList<>();
    long start = 0;
    for (long out : outs) {
      String part = "torch.slice(%s, 1, %d, %d)".formatted(matrix, start, start + out);
      String partOfBias = "torch.slice(%s, 0, %d, %d)".formatted(bias, start, start + out);
      operators.add(
          adapted.beside(
              x -> "self.project_stored(%s, %s, %s)".formatted(x, part, partOfBias), start, out));
      start += out;
    }
    return operators;
  }

  /** The adapter of a matrix, where it is targeted: its A and B are the next weights. */
  private Beside adapted(String module, long in, long out) {
    modules.add(module);
    if (adapter == null
        || adapter.targets().stream().noneMatch(target -> LowRank.names(target, module))) {
      return (operator, start, width) -> operator;
    }
    String a = weight(module + WeightLayout.ADAPTER_A, Role.ADAPTER_A, adapter.rank(), in);
    String b = weight(module + WeightLayout.ADAPTER_B, Role.ADAPTER_B, out, adapter.rank());
    return (operator, start, width) -> {
      String rows =
          width == out ? b : "torch.slice(%s, 0, %d, %d)".formatted(b, start, start + width);
      return x -> "self.adapted(%s, %s, %s, %s)".formatted(operator.of(x), x, a, rows);
    };
  }

  /**
   * @throws UnsupportedModelException if a target names none of the matrices
   */
  void requireTargets() {
    if (adapter == null) {
      return;
    }
    for (String target : adapter.targets()) {
      if (modules.stream().noneMatch(module -> LowRank.names(target, module))) {
        throw new UnsupportedModelException(
            "the adapters' targets have '%s', which is no matrix of every layer; expected of %s"
                .formatted(target, modules));
      }
    }
  }

  /** Puts an adapter beside a part of a matrix's rows. */
  @FunctionalInterface
  private interface Beside {
    Operator beside(Operator operator, long start, long width);
  }

  /** Makes an expression of an expression. */
  @FunctionalInterface
  interface Operator {
    String of(String argument);
  }
}
