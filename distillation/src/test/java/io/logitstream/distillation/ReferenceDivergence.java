package io.logitstream.distillation;

import io.logitstream.distillation.loss.Divergence;

/** The divergences in double, from their definitions. */
public final class ReferenceDivergence {
  private ReferenceDivergence() {}

  /**
   * @param teacher (V) log p
   * @param student (V) log s
   */
  public static double of(Divergence divergence, double[] teacher, double[] student) {
    double[] p = exp(teacher);
    double[] s = exp(student);
    if (divergence instanceof Divergence.ForwardKl) {
      return kl(p, s);
    }
    if (divergence instanceof Divergence.ReverseKl) {
      return kl(s, p);
    }
    if (divergence instanceof Divergence.JensenShannon generalised) {
      double beta = generalised.beta();
      double[] mixture = mixture(beta, p, s);
      return beta * kl(p, mixture) + (1 - beta) * kl(s, mixture);
    }
    if (divergence instanceof Divergence.SkewedForwardKl skewed) {
      return kl(p, mixture(skewed.alpha(), p, s));
    }
    if (divergence instanceof Divergence.SkewedReverseKl skewed) {
      return kl(s, mixture(skewed.alpha(), s, p));
    }
    double accepted = 0;
    for (int i = 0; i < p.length; i++) {
      accepted += Math.min(p[i], s[i]);
    }
    return 1 - accepted;
  }

  private static double kl(double[] p, double[] q) {
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      sum += p[i] == 0 ? 0 : p[i] * Math.log(p[i] / q[i]);
    }
    return sum;
  }

  private static double[] mixture(double share, double[] first, double[] second) {
    double[] out = new double[first.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = share * first[i] + (1 - share) * second[i];
    }
    return out;
  }

  private static double[] exp(double[] logarithms) {
    double[] out = new double[logarithms.length];
    for (int i = 0; i < out.length; i++) {
      out[i] = Math.exp(logarithms[i]);
    }
    return out;
  }
}
