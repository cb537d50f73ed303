package io.logitstream.logits;

import java.util.Arrays;

/**
 * For each trained position the k most likely ids with their quantised log-probabilities, and the
 * mass of all other ids, the tail: together a distribution over k + 1 outcomes.
 *
 * <p>A level is a log-probability under that of the row's most likely outcome, in steps of {@link
 * #STEP} nats; a row is normalised by the sum over its levels. With errors of at most half a step
 * before it, a log-probability is at most {@link #STEP} off after it, and the KL divergence of the
 * exact distribution over the outcomes from the stored one is at most STEP² / 8 = 0.0005 nats
 * (Hoeffding's lemma). Outcomes less likely than e^−63.875 times the most likely one have {@link
 * #NOTHING}, a probability of 0.
 */
public final class TopKLogits implements SparseLogits {
  /** Nats of a level. */
  public static final double STEP = 1.0 / 16;

  /** The level of what has no probability, and the greatest one. */
  public static final int NOTHING = 1023;

  /** The largest k. */
  public static final int MAX_K = 1 << 12;

  /** What stands for the logarithm of 0: float16 holds it, and 0 times it is 0. */
  public static final float LOG_OF_NOTHING = -65504;

  private static final double[] WEIGHTS = new double[NOTHING + 1];

  static {
    for (int level = 0; level < NOTHING; level++) {
      WEIGHTS[level] = StrictMath.exp(-level * STEP);
    }
  }

  private final int[] tokens;
  private final int vocabularySize;
  private final int k;
  private final int rows;
  private final int[] ids;
  private final short[] levels;

  /**
   * @param tokens T + 1 token ids
   * @param vocabularySize V
   * @param k ids of a row, from 1 to {@link #MAX_K} and to V
   * @param rows trained positions, R
   * @param ids (R, k), ascending within a row
   * @param levels (R, k + 1), from 0 to {@link #NOTHING}, at least one 0 a row: those of the ids,
   *     of which one at least has a probability, then the tail's
   * @throws IllegalArgumentException if the parts do not fit together
   */
  public TopKLogits(int[] tokens, int vocabularySize, int k, int rows, int[] ids, short[] levels) {
    Checks.vocabularySize(vocabularySize);
    Checks.tokens(tokens, vocabularySize);
    Checks.rows(rows, tokens.length);
    checkK(k, vocabularySize);
    if (ids.length != (long) rows * k || levels.length != (long) rows * (k + 1)) {
      throw new IllegalArgumentException(
          "%d ids and %d levels, expected %d rows of %d and one more"
              .formatted(ids.length, levels.length, rows, k));
    }
    for (int row = 0; row < rows; row++) {
      checkIds(ids, row, k, vocabularySize);
      checkLevels(levels, row, k);
    }
    this.tokens = tokens;
    this.vocabularySize = vocabularySize;
    this.k = k;
    this.rows = rows;
    this.ids = ids;
    this.levels = levels;
  }

  private static void checkIds(int[] ids, int row, int k, int vocabularySize) {
    int previous = -1;
    for (int entry = row * k; entry < (row + 1) * k; entry++) {
      if (ids[entry] <= previous || ids[entry] >= vocabularySize) {
        throw new IllegalArgumentException(
            "row %d has id %d after id %d of %d"
                .formatted(row, ids[entry], previous, vocabularySize));
      }
      previous = ids[entry];
    }
  }

  private static void checkLevels(short[] levels, int row, int k) {
    int least = NOTHING;
    int leastOfIds = NOTHING;
    int tail = (row + 1) * (k + 1) - 1;
    for (int entry = row * (k + 1); entry <= tail; entry++) {
      int level = levels[entry];
      if (level < 0 || level > NOTHING) {
        throw new IllegalArgumentException(
            "row %d has level %d, expected from 0 to %d".formatted(row, level, NOTHING));
      }
      least = Math.min(least, level);
      leastOfIds = entry < tail ? least : leastOfIds;
    }
    if (least != 0) {
      throw new IllegalArgumentException(
          "the least level of row %d is %d, expected 0".formatted(row, least));
    }
    if (leastOfIds == NOTHING) {
      throw new IllegalArgumentException("no id of row %d has a probability".formatted(row));
    }
  }

  static void checkK(int k, int vocabularySize) {
    if (k < 1 || k > Math.min(MAX_K, vocabularySize)) {
      throw new IllegalArgumentException(
          "k is %d, expected from 1 to %d".formatted(k, Math.min(MAX_K, vocabularySize)));
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

  /** Ids of a row. */
  public int k() {
    return k;
  }

  @Override
  public int rows() {
    return rows;
  }

  /** (R, k) ids, ascending within a row. */
  public int[] ids() {
    return ids;
  }

  /** (R, k + 1) levels: those of the row's ids, then the tail's. */
  public short[] levels() {
    return levels;
  }

  /**
   * The distribution of a row over its ids and the tail.
   *
   * @param out receives k + 1 log-probabilities, in nats, from {@code offset}, the tail's last;
   *     {@link #LOG_OF_NOTHING} where there is no probability
   */
  public void logProbabilities(int row, float[] out, int offset) {
    logProbabilities(row, k + 1, out, offset);
  }

  /**
   * The distribution of a row over its ids alone, as if there were no tail.
   *
   * @param out receives k log-probabilities, in nats, and {@link #LOG_OF_NOTHING} for the tail
   */
  public void renormalisedLogProbabilities(int row, float[] out, int offset) {
    logProbabilities(row, k, out, offset);
    out[offset + k] = LOG_OF_NOTHING;
  }

  private void logProbabilities(int row, int outcomes, float[] out, int offset) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row %d of %d".formatted(row, rows));
    }
    int start = row * (k + 1);
    double sum = 0;
    for (int outcome = 0; outcome < outcomes; outcome++) {
      sum += WEIGHTS[levels[start + outcome]];
    }
    double logSum = StrictMath.log(sum);
    for (int outcome = 0; outcome < outcomes; outcome++) {
      int level = levels[start + outcome];
      out[offset + outcome] = level == NOTHING ? LOG_OF_NOTHING : (float) (-level * STEP - logSum);
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TopKLogits top
        && vocabularySize == top.vocabularySize
        && k == top.k
        && rows == top.rows
        && Arrays.equals(tokens, top.tokens)
        && Arrays.equals(ids, top.ids)
        && Arrays.equals(levels, top.levels);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(tokens) + Arrays.hashCode(ids)) + Arrays.hashCode(levels);
  }

  @Override
  public String toString() {
    return "TopKLogits[tokens=%d, vocabularySize=%d, k=%d, rows=%d]"
        .formatted(tokens.length, vocabularySize, k, rows);
  }
}
