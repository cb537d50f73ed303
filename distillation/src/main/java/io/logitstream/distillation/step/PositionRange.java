package io.logitstream.distillation.step;

/**
 * A half-open range of positions in a sequence; position t predicts token t + 1.
 *
 * @param start first position, from 0
 * @param end position after the last
 */
public record PositionRange(int start, int end) {
  public PositionRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "range [%d, %d), expected 0 <= start < end".formatted(start, end));
    }
  }

  /** Number of positions. */
  public int length() {
    return end - start;
  }
}
