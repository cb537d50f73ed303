package io.logitstream.logits.coding;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Tokens, and at some of their positions a row: ids, ascending, with counts that add up to the
 * sample size; or else the k most likely ids, with levels, and counts that follow from them. What a
 * {@link SequenceCoder} reads or fills; the arrays are shared.
 */
public final class Sequence {
  private final int[] tokens;
  private final int[] spans;
  private final int sampleSize;
  private final int[] offsets;
  private final short @Nullable [] levels;
  private int[] ids;
  private int[] counts;

  private Sequence(
      int[] tokens,
      int[] spans,
      int sampleSize,
      int[] offsets,
      int[] ids,
      int[] counts,
      short @Nullable [] levels) {
    this.tokens = tokens;
    this.spans = spans;
    this.sampleSize = sampleSize;
    this.offsets = offsets;
    this.ids = ids;
    this.counts = counts;
    this.levels = levels;
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
    checkPositions(spans, tokens.length - 1, offsets.length - 1);
    return new Sequence(tokens, spans, sampleSize, offsets, ids, counts, null);
  }

  /**
   * A sequence of the most likely ids.
   *
   * @param tokens T + 1 of them
   * @param spans as in {@link #of}
   * @param k ids of a row
   * @param ids (R, k), ascending within a row
   * @param levels (R, k + 1), from 0 to 1023 in steps of 1/16 nat: of the ids, then of all others
   *     together
   * @throws IllegalArgumentException if the spans do not hold R positions of T
   */
  public static Sequence topK(int[] tokens, int[] spans, int k, int[] ids, short[] levels) {
    int rows = ids.length / k;
    checkPositions(spans, tokens.length - 1, rows);
    int[] counts = new int[ids.length];
    for (int row = 0; row < rows; row++) {
      LevelCoder.counts(levels, row * (k + 1), k, counts, row * k);
    }
    return new Sequence(tokens, spans, k, regular(rows, k), ids, counts, levels);
  }

  private static int[] regular(int rows, int k) {
    int[] offsets = new int[rows + 1];
    for (int row = 0; row <= rows; row++) {
      offsets[row] = row * k;
    }
    return offsets;
  }

  private static void checkPositions(int[] spans, int limit, int rows) {
    int positions = positions(spans, limit);
    if (positions != rows) {
      throw new IllegalArgumentException(
          "the spans hold %d positions, there are %d rows".formatted(positions, rows));
    }
  }

  /**
   * A sequence of the most likely ids that is to be filled.
   *
   * @param mostEntries the most entries of all rows
   * @throws IllegalArgumentException if it would have more
   */
  static Sequence emptyTopK(int tokens, int[] spans, int k, int mostEntries) {
    int rows = positions(spans, tokens - 1);
    if ((long) rows * k > mostEntries) {
      throw new IllegalArgumentException(
          "%d rows of %d ids, these bytes may hold %d ids".formatted(rows, k, mostEntries));
    }
    int entries = rows * k;
    return new Sequence(
        new int[tokens],
        spans,
        k,
        new int[rows + 1],
        new int[entries],
        new int[entries],
        new short[entries + rows]);
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
        new int[8 * rows + 16],
        null);
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

  /** M, or k of the most likely ids. */
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

  /** Whether rows have the most likely ids, with levels. */
  boolean isTopK() {
    return levels != null;
  }

  /** (R, k + 1) levels of the most likely ids. */
  public short[] levels() {
    return Objects.requireNonNull(levels, "a sequence of counts has no levels");
  }

  /** What a row's counts add up to, about. */
  int countSum() {
    return isTopK() ? LevelCoder.counted() : sampleSize;
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
