package io.logitstream.teacher.batching;

/**
 * Positions of a window that lie side by side.
 *
 * @param start first position, from 0; position t predicts token t + 1
 * @param end position after the last one
 */
public record PositionRange(int start, int end) {
  public PositionRange {
    if (start < 0 || end <= start) {
      throw new IllegalArgumentException(
          "positions [%d, %d), expected at least one".formatted(start, end));
    }
  }

  /** Number of positions. */
  public int length() {
    return end - start;
  }
}
