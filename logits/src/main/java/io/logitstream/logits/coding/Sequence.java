package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Tokens, and at some of their positions a row: ids, ascending, with counts that add up to the
 * sample size. What a {@link SequenceCoder} reads or fills; the arrays are shared.
 */
public final class Sequence {
  private final int[] tokens;
  private final int[] spans;
  private final int sampleSize;
  private final int[] offsets;
  private int[] ids;
  private int[] counts;

  private Sequence(
      int[] tokens, int[] spans, int sampleSize, int[] offsets, int[] ids, int[] counts) {
    this.tokens = tokens;
    this.spans = spans;
    this.sampleSize = sampleSize;
    this.offsets = offsets;
    this.ids = ids;
    this.counts = counts;
  }

  /**
   * A sequence that is there.
   *
   * @param tokens T + 1 of them
   * @param spans pairs of a first position and the position after the last one, ascending; the
   *     positions in them have a row each
   * @param sampleSize M, the sum of each row's counts
   * @param offsets R + 1 indices into ids and counts
   * @throws IllegalArgumentException if the spans do not hold R positions of T
   */
  public static Sequence of(
      int[] tokens, int[] spans, int sampleSize, int[] offsets, int[] ids, int[] counts) {
    int positions = positions(spans, tokens.length - 1);
    if (positions != offsets.length - 1) {
      throw new IllegalArgumentException(
          "the spans hold %d positions, there are %d rows"
              .formatted(positions, offsets.length - 1));
    }
    return new Sequence(tokens, spans, sampleSize, offsets, ids, counts);
  }

  /** A sequence that is to be filled. */
  static Sequence empty(int tokens, int[] spans, int sampleSize) {
    int rows = positions(spans, tokens - 1);
    return new Sequence(
        new int[tokens],
        spans,
        sampleSize,
        new int[rows + 1],
        new int[8 * rows + 16],
        new int[8 * rows + 16]);
  }

  private static int positions(int[] spans, int limit) {
    int positions = 0;
    int previousEnd = 0;
    for (int index = 0; index < spans.length; index += 2) {
      if (spans[index] < previousEnd
          || spans[index + 1] <= spans[index]
          || spans[index + 1] > limit) {
        throw new IllegalArgumentException(
            "span [%d, %d) after position %d of %d"
                .formatted(spans[index], spans[index + 1], previousEnd, limit));
      }
      positions += spans[index + 1] - spans[index];
      previousEnd = spans[index + 1];
    }
    return positions;
  }

  /** T + 1 token ids. */
  public int[] tokens() {
    return tokens;
  }

  /** Pairs of a first position and the position after the last one. */
  public int[] spans() {
    return spans;
  }

  /** M. */
  public int sampleSize() {
    return sampleSize;
  }

  /** R + 1 indices into ids and counts. */
  public int[] offsets() {
    return offsets;
  }

  /** Ids, ascending within a row; the array may be longer than the entries. */
  public int[] ids() {
    return ids;
  }

  /** Counts of the ids. */
  public int[] counts() {
    return counts;
  }

  /** Number of entries of all rows. */
  public int entries() {
    return offsets[offsets.length - 1];
  }

  void ensure(int entries) {
    if (entries > ids.length) {
      int larger = Math.max(entries, ids.length + (ids.length >> 1));
      ids = Arrays.copyOf(ids, larger);
      counts = Arrays.copyOf(counts, larger);
    }
  }
}
