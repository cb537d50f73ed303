package io.logitstream.distillation.step;

/**
 * A half-open range of positions in a sequence; position t predicts token t + 1.
 *
 * @param start first position, from 0
 * @param end position after the last
 * @param weight factor on the losses of these positions, finite and at least 0
 */
public record PositionRange(int start, int end, double weight) {
  public PositionRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "range [%d, %d), expected 0 <= start < end".formatted(start, end));
    }
    if (!(weight >= 0 && Double.isFinite(weight))) {
      throw new IllegalArgumentException(
          "range [%d, %d) has weight %s, expected finite, >= 0".formatted(start, end, weight));
    }
  }

  /** Positions of weight 1. */
  public PositionRange(int start, int end) {
    this(start, end, 1);
  }

  /** Number of positions. */
  public int length() {
    return end - start;
  }
}
