package io.logitstream.distillation.optimizer;

/**
 * An exponential moving average of the weights (Polyak and Juditsky, 1992): after each step, a ←
 * d·a + (1 − d)·w. It begins as the weights do; so that a run's first steps do not weigh on it for
 * ever, d is min(decay, (1 + step) / (10 + step)).
 *
 * @param decay from 0 to below 1; 0 for no averages
 */
public record AverageSettings(double decay) {
  /** No averages. */
  public static final AverageSettings NONE = new AverageSettings(0);

  public AverageSettings {
    if (!(decay >= 0 && decay < 1)) {
      throw new IllegalArgumentException(
          "decay %s of the averages, expected >= 0 and < 1".formatted(decay));
    }
  }

  /** Whether averages are kept. */
  public boolean isKept() {
    return decay > 0;
  }

  /**
   * The share of its distance from the weights that the average moves after a step.
   *
   * @param step from 1
   */
  public double shareAt(long step) {
    return 1 - Math.min(decay, (1.0 + step) / (10.0 + step));
  }
}
