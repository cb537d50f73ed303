package io.logitstream.distillation.loss;

/**
 * How an objective changes while a run goes on: from its beginning to its end in a straight line,
 * each share by itself.
 *
 * @param softWeight share of the soft loss at the end, from 0 to 1
 * @param mix what the soft loss consists of at the end
 * @param afterSteps steps before the change begins
 * @param steps steps that it takes, at least 1
 */
public record ObjectiveChange(double softWeight, SoftMix mix, long afterSteps, long steps) {
  /** Longest part of a change, in steps. */
  public static final long MAX_STEPS = 1L << 40;

  public ObjectiveChange {
    ObjectiveSettings.checkSoftWeight(softWeight);
    if (afterSteps < 0 || afterSteps > MAX_STEPS || steps < 1 || steps > MAX_STEPS) {
      throw new IllegalArgumentException(
          "a change over %d steps after %d, expected 1 to 2^40 and 0 to 2^40"
              .formatted(steps, afterSteps));
    }
  }

  /**
   * The share of the way that is done.
   *
   * @param step from 1
   * @return from 0 to 1
   */
  double progressAt(long step) {
    return Math.min(1, (double) Math.max(0, step - afterSteps) / steps);
  }
}
