package io.logitstream.logits;

import java.util.Arrays;

/**
 * Finds the k most likely ids of distributions, the smaller ids first where probabilities are
 * equal, and quantises them with the mass of the rest: collects the rows of a {@link TopKLogits} in
 * the order of the trained positions. One thread.
 */
public final class TopKSelector {
  /** How far the sum of a row of float32 probabilities may be from 1. */
  private static final double TOLERANCE = 0.01;

  private final int[] tokens;
  private final int vocabularySize;
  private final int k;
  private final int expectedRows;
  private final int[] ids;
  private final short[] levels;

  /** A heap of (bits of the probability, V - 1 - id): the least likely one at its root. */
  private final long[] heap;

  private int rows;

  /**
   * @param k ids of a row, from 1 to {@link TopKLogits#MAX_K} and to V
   * @param rows number of rows that will be added
   */
  public TopKSelector(int[] tokens, int vocabularySize, int k, int rows) {
    Checks.vocabularySize(vocabularySize);
    Checks.rows(rows, tokens.length);
    TopKLogits.checkK(k, vocabularySize);
    this.tokens = tokens;
    this.vocabularySize = vocabularySize;
    this.k = k;
    this.expectedRows = rows;
    this.ids = new int[Math.multiplyExact(rows, k)];
    this.levels = new short[Math.multiplyExact(rows, k + 1)];
    this.heap = new long[k];
  }

  /**
   * The most likely ids of whole distributions.
   *
   * @param k ids of a row, from 1 to {@link TopKLogits#MAX_K} and to V
   */
  public static TopKLogits select(FullLogits full, int k) {
    int vocabularySize = full.vocabularySize();
    TopKSelector selector = new TopKSelector(full.tokens(), vocabularySize, k, full.rows());
    float[] probabilities = new float[vocabularySize];
    for (int row = 0; row < full.rows(); row++) {
      full.probabilities(row, probabilities);
      selector.add(probabilities, 0);
    }
    return selector.build();
  }

  /**
   * Adds a row.
   *
   * @param probabilities float32, from {@code offset}, V of them, with a sum of about 1
   * @throws IllegalArgumentException if a probability is negative or not finite, or if they do not
   *     add up to about 1
   */
  public void add(float[] probabilities, int offset) {
    if (rows == expectedRows) {
      throw new IllegalStateException("row %d of %d".formatted(rows + 1, expectedRows));
    }
    double sum = select(probabilities, offset);
    int start = rows * k;
    for (int index = 0; index < k; index++) {
      ids[start + index] = vocabularySize - 1 - (int) heap[index];
    }
    Arrays.sort(ids, start, start + k);
    double top = 0;
    double greatest = 0;
    for (int index = 0; index < k; index++) {
      float probability = probabilities[offset + ids[start + index]];
      top += probability;
      greatest = Math.max(greatest, probability);
    }
    // Of all V ids nothing is left over but what rounding left.
    double tail = k == vocabularySize ? 0 : Math.max(0, sum - top);
    greatest = Math.max(greatest, tail);
    int at = rows * (k + 1);
    for (int index = 0; index < k; index++) {
      levels[at + index] = level(probabilities[offset + ids[start + index]], greatest);
    }
    levels[at + k] = level(tail, greatest);
    rows++;
  }

  /** Fills the heap; the sum of all probabilities. */
  private double select(float[] probabilities, int offset) {
    double sum = 0;
    int size = 0;
    for (int id = 0; id < vocabularySize; id++) {
      float probability = probabilities[offset + id];
      if (!(probability >= 0 && probability <= 1 + TOLERANCE)) {
        throw new IllegalArgumentException(
            "the probability of id %d is %s, expected from 0 to 1".formatted(id, probability));
      }
      sum += probability;
      // The bits of floats from 0 up are ordered like the floats; adding 0 makes -0 a 0.
      long entry =
          (long) Float.floatToRawIntBits(probability + 0f) << Integer.SIZE
              | vocabularySize - 1 - id;
      if (size < k) {
        siftUp(size++, entry);
      } else if (entry > heap[0]) {
        siftDown(entry);
      }
    }
    if (Math.abs(sum - 1) > TOLERANCE) {
      throw new IllegalArgumentException(
          "the probabilities of a row add up to %s, expected 1".formatted(sum));
    }
    return sum;
  }

  private void siftUp(int from, long entry) {
    int at = from;
    while (at > 0 && heap[at - 1 >>> 1] > entry) {
      heap[at] = heap[at - 1 >>> 1];
      at = at - 1 >>> 1;
    }
    heap[at] = entry;
  }

  private void siftDown(long entry) {
    int at = 0;
    int child = 1;
    while (child < k) {
      if (child + 1 < k && heap[child + 1] < heap[child]) {
        child++;
      }
      if (heap[child] >= entry) {
        break;
      }
      heap[at] = heap[child];
      at = child;
      child = 2 * at + 1;
    }
    heap[at] = entry;
  }

  private static short level(double probability, double greatest) {
    if (probability == 0) {
      return TopKLogits.NOTHING; // of -0 too, whose quotient would be negative
    }
    double level = StrictMath.rint(StrictMath.log(greatest / probability) / TopKLogits.STEP);
    return (short) Math.min(level, TopKLogits.NOTHING);
  }

  /**
   * @throws IllegalArgumentException if fewer rows were added than announced
   */
  public TopKLogits build() {
    if (rows != expectedRows) {
      throw new IllegalArgumentException(
          "%d rows were added, expected %d".formatted(rows, expectedRows));
    }
    return new TopKLogits(tokens, vocabularySize, k, rows, ids, levels);
  }
}
