package io.logitstream.distillation.step;

import java.util.List;

/**
 * A loss or the gradient norm of a step is NaN or infinite. The step was given up before it touched
 * weights or moments.
 */
public final class NonFiniteStepException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long step;
  private final transient List<Integer> suspects;

  /**
   * @param step number of the step that failed, from 1
   * @param quantity what is not finite
   * @param value what it is
   * @param suspects indices of the step's examples whose own loss is not finite; all of them where
   *     only the gradient is not
   */
  public NonFiniteStepException(long step, String quantity, double value, List<Integer> suspects) {
    super(
        "step %d has %s %s at examples %s; weights and moments are as before it"
            .formatted(step, quantity, value, suspects));
    this.step = step;
    this.suspects = List.copyOf(suspects);
  }

  /** Number of the step that failed, from 1. */
  public long step() {
    return step;
  }

  /**
   * Indices of the step's examples whose own loss is not finite; all of them where only the
   * gradient is not.
   */
  public List<Integer> suspects() {
    return suspects;
  }
}
