package io.logitstream.logits;

import java.util.Arrays;

/**
 * For each trained position how often each id was drawn: row r has the entries {@code offsets[r]}
 * to {@code offsets[r + 1]} of {@code ids}, ascending, and {@code counts}, whose sum is the sample
 * size M. A count over M is an unbiased estimate of the id's probability.
 */
public final class SampledLogits implements SparseLogits {
  /** The largest M: products with fixed-point probabilities stay within 63 bits. */
  public static final int MAX_SAMPLE_SIZE = 1 << 16;

  private final int[] tokens;
  private final int vocabularySize;
  private final int sampleSize;
  private final int[] offsets;
  private final int[] ids;
  private final int[] counts;

  /**
   * @param tokens T + 1 token ids
   * @param vocabularySize V
   * @param sampleSize M, from 1 to {@link #MAX_SAMPLE_SIZE}
   * @param offsets R + 1 ascending indices into ids and counts, the first 0
   * @param ids ascending within a row
   * @param counts at least 1 each, with a sum of M in each row
   * @throws IllegalArgumentException if the parts do not fit together
   */
  public SampledLogits(
      int[] tokens, int vocabularySize, int sampleSize, int[] offsets, int[] ids, int[] counts) {
    Checks.vocabularySize(vocabularySize);
    Checks.tokens(tokens, vocabularySize);
    checkSampleSize(sampleSize);
    Checks.rows(offsets.length - 1, tokens.length);
    if (offsets[0] != 0
        || offsets[offsets.length - 1] != ids.length
        || ids.length != counts.length) {
      throw new IllegalArgumentException(
          "offsets from %d to %d over %d ids and %d counts"
              .formatted(offsets[0], offsets[offsets.length - 1], ids.length, counts.length));
    }
    for (int row = 0; row + 1 < offsets.length; row++) {
      if (offsets[row] > offsets[row + 1] || offsets[row + 1] > ids.length) {
        throw new IllegalArgumentException(
            "offset %d is %d, expected from %d to %d"
                .formatted(row + 1, offsets[row + 1], offsets[row], ids.length));
      }
      checkRow(row, offsets[row], offsets[row + 1], ids, counts, vocabularySize, sampleSize);
    }
    this.tokens = tokens;
    this.vocabularySize = vocabularySize;
    this.sampleSize = sampleSize;
    this.offsets = offsets;
    this.ids = ids;
    this.counts = counts;
  }

  private static void checkRow(
      int row, int start, int end, int[] ids, int[] counts, int vocabularySize, int sampleSize) {
    int previous = -1;
    long sum = 0;
    for (int entry = start; entry < end; entry++) {
      if (ids[entry] <= previous || ids[entry] >= vocabularySize || counts[entry] < 1) {
        throw new IllegalArgumentException(
            "row %d has id %d with count %d after id %d of %d"
                .formatted(row, ids[entry], counts[entry], previous, vocabularySize));
      }
      previous = ids[entry];
      sum += counts[entry];
    }
    if (sum != sampleSize) {
      throw new IllegalArgumentException(
          "the counts of row %d add up to %d, expected the sample size %d"
              .formatted(row, sum, sampleSize));
    }
  }

  static void checkSampleSize(int sampleSize) {
    if (sampleSize < 1 || sampleSize > MAX_SAMPLE_SIZE) {
      throw new IllegalArgumentException(
          "sample size %d, expected from 1 to %d".formatted(sampleSize, MAX_SAMPLE_SIZE));
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

  /** M, the sum of the counts of each row. */
  public int sampleSize() {
    return sampleSize;
  }

  @Override
  public int rows() {
    return offsets.length - 1;
  }

  /** R + 1 indices into ids and counts. */
  public int[] offsets() {
    return offsets;
  }

  /** The ids that were drawn, ascending within a row. */
  public int[] ids() {
    return ids;
  }

  /** How often each of the ids was drawn. */
  public int[] counts() {
    return counts;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SampledLogits sampled
        && vocabularySize == sampled.vocabularySize
        && sampleSize == sampled.sampleSize
        && Arrays.equals(tokens, sampled.tokens)
        && Arrays.equals(offsets, sampled.offsets)
        && Arrays.equals(ids, sampled.ids)
        && Arrays.equals(counts, sampled.counts);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * Arrays.hashCode(tokens) + Arrays.hashCode(ids)) + Arrays.hashCode(counts);
  }

  @Override
  public String toString() {
    return "SampledLogits[tokens=%d, vocabularySize=%d, sampleSize=%d, rows=%d, entries=%d]"
        .formatted(tokens.length, vocabularySize, sampleSize, rows(), ids.length);
  }

  /** Collects rows in the order of the trained positions. */
  public static final class Builder {
    private final int[] tokens;
    private final int vocabularySize;
    private final int sampleSize;
    private final int[] offsets;
    private int[] ids;
    private int[] counts;
    private int rows;
    private int entries;

    /**
     * @param rows number of rows that will be added
     */
    public Builder(int[] tokens, int vocabularySize, int sampleSize, int rows) {
      Checks.rows(rows, tokens.length);
      checkSampleSize(sampleSize);
      this.tokens = tokens;
      this.vocabularySize = vocabularySize;
      this.sampleSize = sampleSize;
      this.offsets = new int[rows + 1];
      // Half a dozen entries a row is common; more grows the arrays a few times.
      this.ids = new int[Math.max(16, 6 * rows)];
      this.counts = new int[ids.length];
    }

    /** Adds an entry to the current row. */
    public void add(int id, int count) {
      if (entries == ids.length) {
        int larger = Math.addExact(entries, entries >> 1);
        ids = Arrays.copyOf(ids, larger);
        counts = Arrays.copyOf(counts, larger);
      }
      ids[entries] = id;
      counts[entries++] = count;
    }

    /** Ends the current row. */
    public void endRow() {
      if (rows + 1 == offsets.length) {
        throw new IllegalStateException("row %d of %d".formatted(rows + 1, offsets.length - 1));
      }
      offsets[++rows] = entries;
    }

    /**
     * @throws IllegalArgumentException if fewer rows were added than announced, or a row is wrong
     */
    public SampledLogits build() {
      if (rows + 1 != offsets.length) {
        throw new IllegalArgumentException(
            "%d rows were added, expected %d".formatted(rows, offsets.length - 1));
      }
      return new SampledLogits(
          tokens,
          vocabularySize,
          sampleSize,
          offsets,
          Arrays.copyOf(ids, entries),
          Arrays.copyOf(counts, entries));
    }
  }
}
