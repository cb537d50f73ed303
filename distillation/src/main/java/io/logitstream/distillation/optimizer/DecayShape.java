package io.logitstream.distillation.optimizer;

/** How a learning rate falls from its peak. */
public enum DecayShape {
  /** A straight line. */
  LINEAR,
  /** Half a period of a cosine (Loshchilov and Hutter, arXiv:1608.03983). */
  COSINE;

  /**
   * The share of the way that is still to fall.
   *
   * @param progress share of the decay's steps that are done, from 0 to 1
   * @return from 1 at the beginning to 0 at the end; the same bits on every machine
   */
  double remaining(double progress) {
    return switch (this) {
      case LINEAR -> 1 - progress;
      case COSINE -> (1 + StrictMath.cos(StrictMath.PI * progress)) / 2;
    };
  }
}
