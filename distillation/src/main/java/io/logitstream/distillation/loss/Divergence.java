package io.logitstream.distillation.loss;

import java.util.Locale;

/**
 * How far a student's distribution s is from the teacher's p, at one position and at the
 * objective's temperature. Each is a fragment of a TorchScript program that computes the divergence
 * and, written down rather than recorded, its gradient.
 *
 * <p>All are functions of p and s = softmax(y), y = z/τ; with g_i = ∂D/∂s_i, ∂D/∂y = s ⊙ (g − Σ s_i
 * g_i), in which any constant in g cancels. Mixtures m are computed as logarithms, so that a
 * probability that underflows makes no NaN.
 */
public sealed interface Divergence {
  /** Σ p · log(p / s): covers all of the teacher's mass. */
  record ForwardKl() implements Divergence {
    @Override
    public String label() {
      return "forward-kl";
    }

    @Override
    public String fragment() {
      return """
          value = torch.sum(p * (tp - ls), [-1])
          gradient = s - p
      """;
    }

    @Override
    public boolean isLinearInTeacher() {
      return true;
    }
  }

  /** Σ s · log(s / p): seeks the teacher's modes (Gu et al., MiniLLM, arXiv:2306.08543). */
  record ReverseKl() implements Divergence {
    @Override
    public String label() {
      return "reverse-kl";
    }

    @Override
    public String fragment() {
      return """
          r = ls - tp
          value = torch.sum(s * r, [-1])
          gradient = s * (r - torch.unsqueeze(value, -1))
      """;
    }

    @Override
    public boolean isBoundedWithoutTeacher() {
      return false;
    }
  }

  /**
   * β · KL(p ‖ m) + (1 − β) · KL(s ‖ m) with m = βp + (1 − β)s (Agarwal et al., GKD,
   * arXiv:2306.13649).
   *
   * @param beta over 0 and under 1; at ½ the Jensen–Shannon divergence
   */
  record JensenShannon(double beta) implements Divergence {
    public JensenShannon {
      between(beta, "beta");
    }

    @Override
    public String label() {
      return labelled("jensen-shannon", beta);
    }

    @Override
    public String fragment() {
      return """
          m = torch.logaddexp(tp + ${logBeta}, ls + ${logRest})
          r = ls - m
          k = torch.sum(s * r, [-1])
          value = torch.sum(p * (tp - m), [-1]) * ${beta} + k * ${rest}
          gradient = s * (r - torch.unsqueeze(k, -1)) * ${rest}
      """
          .replace("${logBeta}", number(Math.log(beta)))
          .replace("${logRest}", number(Math.log1p(-beta)))
          .replace("${beta}", number(beta))
          .replace("${rest}", number(1 - beta));
    }
  }

  /**
   * KL(p ‖ αp + (1 − α)s) (Ko et al., DistiLLM, arXiv:2402.03898): a forward KL whose gradient is
   * bounded where the student has no mass.
   *
   * @param alpha share of the teacher in the mixture, over 0 and under 1
   */
  record SkewedForwardKl(double alpha) implements Divergence {
    public SkewedForwardKl {
      between(alpha, "alpha");
    }

    @Override
    public String label() {
      return labelled("skewed-forward-kl", alpha);
    }

    @Override
    public String fragment() {
      return """
          m = torch.logaddexp(tp + ${logAlpha}, ls + ${logRest})
          value = torch.sum(p * (tp - m), [-1])
          w = torch.exp(tp + ls - m) * ${rest}
          gradient = s * torch.sum(w, [-1], True) - w
      """
          .replace("${logAlpha}", number(Math.log(alpha)))
          .replace("${logRest}", number(Math.log1p(-alpha)))
          .replace("${rest}", number(1 - alpha));
    }
  }

  /**
   * KL(s ‖ αs + (1 − α)p) (Ko et al., DistiLLM, arXiv:2402.03898): a reverse KL that stays finite
   * where the teacher has no mass.
   *
   * @param alpha share of the student in the mixture, over 0 and under 1
   */
  record SkewedReverseKl(double alpha) implements Divergence {
    public SkewedReverseKl {
      between(alpha, "alpha");
    }

    @Override
    public String label() {
      return labelled("skewed-reverse-kl", alpha);
    }

    @Override
    public String fragment() {
      return """
          r = ls - torch.logaddexp(ls + ${logAlpha}, tp + ${logRest})
          value = torch.sum(s * r, [-1])
          a = s * (r - torch.exp(r) * ${alpha})
          gradient = a - s * torch.sum(a, [-1], True)
      """
          .replace("${logAlpha}", number(Math.log(alpha)))
          .replace("${logRest}", number(Math.log1p(-alpha)))
          .replace("${alpha}", number(alpha));
    }
  }

  /**
   * ½ Σ |p − s| = 1 − Σ min(p, s): one less the chance that speculative decoding accepts the
   * student's token (Zhou et al., DistillSpec, arXiv:2310.08461). Its gradient does not shrink as
   * the distributions meet.
   */
  record TotalVariation() implements Divergence {
    @Override
    public String label() {
      return "total-variation";
    }

    @Override
    public String fragment() {
      return """
          d = s - p
          value = torch.sum(torch.abs(d), [-1]) * 0.5
          a = s * torch.sign(d) * 0.5
          gradient = a - s * torch.sum(a, [-1], True)
      """;
    }
  }

  /** The divergence as settings and telemetry name it; {@link DivergenceNames} reads it. */
  String label();

  /**
   * Statements of a method with p, s, tp = log p and ls = log s, (n, V) each, that set {@code
   * value}, (n), and {@code gradient}, its derivative by the student's logits over τ, (n, V).
   */
  String fragment();

  /**
   * Whether the divergence is linear in p but for terms without the student: then an unbiased
   * estimate of p serves, and nothing else does.
   */
  default boolean isLinearInTeacher() {
    return false;
  }

  /**
   * Whether the divergence stays bounded where the teacher has no mass and the student has some.
   */
  default boolean isBoundedWithoutTeacher() {
    return true;
  }

  private static void between(double value, String name) {
    if (!(value > 0 && value < 1)) {
      throw new IllegalArgumentException(
          "%s %s, expected over 0 and under 1".formatted(name, value));
    }
  }

  private static String labelled(String name, double parameter) {
    return "%s(%s)".formatted(name, parameter);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.17g", value);
  }
}
