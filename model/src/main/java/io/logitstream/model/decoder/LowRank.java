package io.logitstream.model.decoder;

import java.util.List;
import java.util.TreeSet;

/**
 * Low-rank adapters (Hu et al., arXiv:2106.09685) beside matrices of every layer: y = W·x +
 * s·B·(A·x) with A of (rank, in) and B of (out, rank). A and B are trained, W is not. Names and
 * meaning are those of PEFT's LoraConfig.
 *
 * @param rank r, the width between A and B
 * @param alpha the scaling's numerator, {@code lora_alpha}
 * @param targets {@code target_modules}: the last parts of the names of the matrices' modules, such
 *     as q_proj; in alphabetical order
 * @param rankStabilised {@code use_rslora}: whether the scaling is alpha/√r (Kalajdzievski,
 *     arXiv:2312.03732) in place of alpha/r
 */
public record LowRank(int rank, double alpha, List<String> targets, boolean rankStabilised) {
  /** The greatest rank. */
  public static final int MAX_RANK = 1 << 14;

  public LowRank {
    targets = List.copyOf(new TreeSet<>(targets));
    if (rank < 1 || rank > MAX_RANK) {
      throw new IllegalArgumentException(
          "the adapters' rank is %d, expected a whole number from 1 to %d"
              .formatted(rank, MAX_RANK));
    }
    if (!(alpha > 0 && Double.isFinite(alpha))) {
      throw new IllegalArgumentException(
          "the adapters' alpha is %s, expected a positive number".formatted(alpha));
    }
    if (targets.isEmpty()) {
      throw new IllegalArgumentException(
          "the adapters have no targets, expected names of matrices such as q_proj");
    }
    for (String target : targets) {
      if (!target.matches("\\w+(\\.\\w+)*")) {
        throw new IllegalArgumentException(
            "the adapters' targets have '%s', expected the name of a matrix such as q_proj"
                .formatted(target));
      }
    }
  }

  /** s, by which B·A·x is multiplied. */
  public double scaling() {
    return rankStabilised ? alpha / Math.sqrt(rank) : alpha / rank;
  }

  /** Whether a target names a module: as the whole name, or as its last parts. */
  static boolean names(String target, String module) {
    return module.equals(target) || module.endsWith("." + target);
  }
}
