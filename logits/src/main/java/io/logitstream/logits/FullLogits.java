package io.logitstream.logits;

import java.util.Arrays;

/**
 * Every logit of every trained position as binary16, relative to the row's maximum: numbers at or
 * under 0, at least one 0 a row.
 */
public final class FullLogits implements SparseLogits {
  private final int[] tokens;
  private final int vocabularySize;
  private final int rows;
  private final short[] fp16;

  /**
   * @param tokens T + 1 token ids
   * @param vocabularySize V
   * @param rows trained positions, R
   * @param fp16 (R, V) binary16 logits less their row's maximum
   * @throws IllegalArgumentException if the parts do not fit together or a row's maximum is not 0
   */
  public FullLogits(int[] tokens, int vocabularySize, int rows, short[] fp16) {
    Checks.vocabularySize(vocabularySize);
    Checks.tokens(tokens, vocabularySize);
    Checks.rows(rows, tokens.length);
    if (fp16.length != (long) rows * vocabularySize) {
      throw new IllegalArgumentException(
          "%d logits, expected %d rows of %d".formatted(fp16.length, rows, vocabularySize));
    }
    for (int row = 0; row < rows; row++) {
      checkRow(fp16, row, vocabularySize);
    }
    this.tokens = tokens;
    this.vocabularySize = vocabularySize;
    this.rows = rows;
    this.fp16 = fp16;
  }

  private static void checkRow(short[] fp16, int row, int vocabularySize) {
    boolean maximumIsZero = false;
    int start = row * vocabularySize;
    for (int index = start; index < start + vocabularySize; index++) {
      int bits = fp16[index] & 0xffff;
      maximumIsZero |= (bits & 0x7fff) == 0;
      boolean negativeAndFinite = bits >= 0x8000 && bits <= 0xfbff;
      if (bits != 0 && !negativeAndFinite) {
        throw new IllegalArgumentException(
            "row %d has logit %s at id %d, expected a finite number of at most 0"
                .formatted(row, Half.toFloat(fp16[index]), index - start));
      }
    }
    if (!maximumIsZero) {
      throw new IllegalArgumentException("row %d has no logit of 0, its maximum".formatted(row));
    }
  }

  @Override
  public int[] tokens() {
    return tokens;
  }

  /** V. */
  public int vocabularySize() {
    return vocabularySize;
  }

  @Override
  public int rows() {
    return rows;
  }

  /** (R, V) binary16 logits relative to their row's maximum. */
  public short[] fp16() {
    return fp16;
  }

  /** The logit of an id, relative to the row's maximum. */
  public float logit(int row, int id) {
    return Half.toFloat(fp16[start(row) + id]);
  }

  /**
   * Normalises a row at temperature 1.
   *
   * @param out receives V log-probabilities, in nats
   */
  public void logProbabilities(int row, float[] out) {
    int start = start(row);
    double sum = 0;
    for (int id = 0; id < vocabularySize; id++) {
      out[id] = Half.toFloat(fp16[start + id]);
      sum += Math.exp(out[id]);
    }
    float logSum = (float) Math.log(sum);
    for (int id = 0; id < vocabularySize; id++) {
      out[id] -= logSum;
    }
  }

  /**
   * The distribution of a row at temperature 1.
   *
   * @param out receives V probabilities
   */
  public void probabilities(int row, float[] out) {
    logProbabilities(row, out);
    for (int id = 0; id < vocabularySize; id++) {
      out[id] = (float) Math.exp(out[id]);
    }
  }

  private int start(int row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row %d of %d".formatted(row, rows));
    }
    return row * vocabularySize;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof FullLogits full
        && vocabularySize == full.vocabularySize
        && rows == full.rows
        && Arrays.equals(tokens, full.tokens)
        && Arrays.equals(fp16, full.fp16);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(tokens) + Arrays.hashCode(fp16);
  }

  @Override
  public String toString() {
    return "FullLogits[tokens=%d, vocabularySize=%d, rows=%d]"
        .formatted(tokens.length, vocabularySize, rows);
  }

  /** Collects rows in the order of the trained positions. */
  public static final class Builder {
    private final int[] tokens;
    private final int vocabularySize;
    private final int expectedRows;
    private final short[] fp16;
    private int rows;

    /**
     * @param rows number of rows that will be appended
     */
    public Builder(int[] tokens, int vocabularySize, int rows) {
      Checks.vocabularySize(vocabularySize);
      Checks.rows(rows, tokens.length);
      this.tokens = tokens;
      this.vocabularySize = vocabularySize;
      this.expectedRows = rows;
      this.fp16 = new short[Math.multiplyExact(rows, vocabularySize)];
    }

    /**
     * Appends a row; any constant may be added to it, so that log-probabilities serve as well.
     * Logits more than 65504 under the maximum, and those of minus infinity, become -65504: a
     * probability of 0.
     *
     * @param logits float32, from {@code offset}, V of them
     * @throws IllegalArgumentException if a logit is NaN or the maximum is infinite
     */
    public void add(float[] logits, int offset) {
      if (rows == expectedRows) {
        throw new IllegalStateException("row %d of %d".formatted(rows + 1, expectedRows));
      }
      float maximum = Float.NEGATIVE_INFINITY;
      for (int id = 0; id < vocabularySize; id++) {
        // NaN must win here, and does in Math.max
        maximum = Math.max(maximum, logits[offset + id]);
      }
      if (!Float.isFinite(maximum)) {
        throw new IllegalArgumentException(
            "the greatest logit of row %d is %s, expected a finite number"
                .formatted(rows, maximum));
      }
      int start = rows * vocabularySize;
      for (int id = 0; id < vocabularySize; id++) {
        float relative = logits[offset + id] - maximum;
        fp16[start + id] = relative <= -65504f ? Half.LOWEST : Half.fromFloat(relative);
      }
      rows++;
    }

    /**
     * @throws IllegalArgumentException if fewer rows were added than announced
     */
    public FullLogits build() {
      if (rows != expectedRows) {
        throw new IllegalArgumentException(
            "%d rows were added, expected %d".formatted(rows, expectedRows));
      }
      return new FullLogits(tokens, vocabularySize, rows, fp16);
    }
  }
}
