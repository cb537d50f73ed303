package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Codes rows of levels of all V ids: log-probabilities under the row's most likely id in steps of
 * 1/32 nat, from 0 to {@link #NOTHING}, which is a probability of 0. No prior: all that is known is
 * what the record's rows before have shown.
 *
 * <p>An id's level is foreseen as its average in the rows before and what the whole row lies above
 * that, which is coded ahead of the row. What is left is cut into buckets of 2^k levels, k by how
 * far such forecasts have been off lately, at this id and in this row; 32 buckets, the outer ones
 * open, are coded by 5 adaptive decisions, and the place in a bucket as it is. Averages are in
 * sixteenths of a level. Integers only. One thread.
 */
public final class FullRowsCoder {
  /** The level of a probability of 0. */
  public static final int NOTHING = 2047;

  /** Levels of a nat. */
  public static final int LEVELS_PER_NAT = 32;

  private static final int LEVEL_BITS = 11;

  /** Averages have this many bits under a level. */
  private static final int FRACTION_BITS = 4;

  private static final int GREATEST_AVERAGE = (1 << 16) - 1;

  /** A row's shift is within 2^17: an average's bound and a level's. */
  private static final int SHIFT_BITS = 18;

  private static final int HALF_SHIFTS = 1 << SHIFT_BITS - 1;

  private static final int BUCKET_BITS = 5;
  private static final int BUCKETS = 1 << BUCKET_BITS;

  /** How far off forecasts are before any was made: 32 levels. */
  private static final int FIRST_ERROR = 32 << FRACTION_BITS;

  /** Quarter octaves of the sum of two average errors: at most 17 bits. */
  private static final int SCALES = 4 * 18;

  /** Of a sum of two errors in sixteenths, the octave whose buckets are a level wide. */
  private static final int FINEST_OCTAVE = 6;

  /** An average follows the first rows by halves, and later ones by an eighth. */
  private static final int SLOWEST_AVERAGE = 3;

  private static final int ERROR_OF_ID = 3;
  private static final int ERROR_OF_ROW = 5;

  /** What an array holds on every virtual machine. */
  private static final int MOST_ARRAY = Integer.MAX_VALUE - 8;

  private static final int SOME_NOTHING = SCALES * BUCKETS;
  private static final int IS_NOTHING = SOME_NOTHING + 1;

  private final int vocabularySize;
  private final BitCoder coder = new BitCoder();
  private final AdaptiveBits decisions = new AdaptiveBits(IS_NOTHING + 1);
  private final int[] averages;
  private final int[] errors;
  private int errorOfRow;

  /**
   * @param vocabularySize V
   */
  public FullRowsCoder(int vocabularySize) {
    this.vocabularySize = vocabularySize;
    this.averages = new int[vocabularySize];
    this.errors = new int[vocabularySize];
  }

  /**
   * The most values that so many bytes may hold: what bounds a reader's work and memory. Real ones
   * hold one or two a byte.
   */
  public static long mostValues(int codedBytes) {
    return Math.min(1024 + 64L * codedBytes, MOST_ARRAY);
  }

  /**
   * Writes rows.
   *
   * @param levels (rows, V)
   */
  public byte[] encode(short[] levels, int rows) {
    coder.write();
    code(levels, rows);
    return coder.written();
  }

  /**
   * Reads rows.
   *
   * @return (rows, V) levels
   * @throws IllegalArgumentException if the bytes are not what {@link #encode} writes for any rows
   */
  public short[] decode(byte[] coded, int rows) {
    short[] levels = new short[Math.multiplyExact(rows, vocabularySize)];
    coder.read(coded, 0, coded.length);
    code(levels, rows);
    coder.checkEnd();
    return levels;
  }

  private void code(short[] levels, int rows) {
    decisions.begin();
    Arrays.fill(averages, 0);
    Arrays.fill(errors, FIRST_ERROR);
    errorOfRow = FIRST_ERROR;
    for (int row = 0; row < rows; row++) {
      codeRow(levels, row * vocabularySize, row);
    }
  }

  private void codeRow(short[] levels, int start, int row) {
    boolean reads = coder.reads();
    int known = reads ? 0 : shift(levels, start);
    int shift = coder.raw(SHIFT_BITS, known + HALF_SHIFTS) - HALF_SHIFTS;
    boolean someNothing =
        decisions.code(coder, SOME_NOTHING, !reads && hasNothing(levels, start) ? 1 : 0) == 1;
    for (int id = 0; id < vocabularySize; id++) {
      int level = levels[start + id];
      if (someNothing && decisions.code(coder, IS_NOTHING, level == NOTHING ? 1 : 0) == 1) {
        levels[start + id] = NOTHING;
      } else {
        levels[start + id] = (short) codeLevel(level, id, shift);
      }
    }
    if (reads && (shift != shift(levels, start) || someNothing != hasNothing(levels, start))) {
      throw new IllegalArgumentException("what row %d says of its levels is not so".formatted(row));
    }
    learn(levels, start, shift, Math.min(SLOWEST_AVERAGE, row));
  }

  private int codeLevel(int level, int id, int shift) {
    int half = 1 << FRACTION_BITS - 1;
    int expected = Logarithms.clamp(averages[id] + shift + half >> FRACTION_BITS, NOTHING - 1);
    int scale = Logarithms.quarterOctaves(errors[id] + errorOfRow + 1L);
    int width = Math.max(0, (scale >> 2) - FINEST_OCTAVE);
    int off = level - expected;
    int bucket = Logarithms.clamp((off >> width) + BUCKETS / 2, BUCKETS - 1);
    int node = 1;
    for (int bit = BUCKET_BITS - 1; bit >= 0; bit--) {
      node = node << 1 | decisions.code(coder, scale * BUCKETS + node, bucket >>> bit & 1);
    }
    int coded = expected + codeOff(node - BUCKETS, off, width);
    if (coded < 0 || coded >= NOTHING) {
      throw new IllegalArgumentException(
          "level %d, expected from 0 to %d".formatted(coded, NOTHING - 1));
    }
    int error = Math.abs(coded - expected) << FRACTION_BITS;
    errors[id] += error - errors[id] >> ERROR_OF_ID;
    errorOfRow += error - errorOfRow >> ERROR_OF_ROW;
    return coded;
  }

  /** How far off a forecast was, its bucket being known; the outer ones have more beyond. */
  private int codeOff(int bucket, int off, int width) {
    int step = bucket - BUCKETS / 2;
    if (bucket == 0) {
      step -= coder.raw(LEVEL_BITS, step - (off >> width));
    } else if (bucket == BUCKETS - 1) {
      step += coder.raw(LEVEL_BITS, (off >> width) - step);
    }
    return (step << width) + coder.raw(width, off & (1 << width) - 1);
  }

  /** How much a row lies above what its ids had before, on average. */
  private int shift(short[] levels, int start) {
    long sum = 0;
    int counted = 0;
    for (int id = 0; id < vocabularySize; id++) {
      int level = levels[start + id];
      if (level != NOTHING) {
        sum += (level << FRACTION_BITS) - averages[id];
        counted++;
      }
    }
    return counted == 0 ? 0 : (int) Math.floorDiv(sum, counted);
  }

  private boolean hasNothing(short[] levels, int start) {
    for (int id = 0; id < vocabularySize; id++) {
      if (levels[start + id] == NOTHING) {
        return true;
      }
    }
    return false;
  }

  private void learn(short[] levels, int start, int shift, int slowness) {
    for (int id = 0; id < vocabularySize; id++) {
      int level = levels[start + id];
      if (level != NOTHING) {
        int found = (level << FRACTION_BITS) - shift;
        int average = averages[id] + (found - averages[id] >> slowness);
        averages[id] = Math.max(-GREATEST_AVERAGE, Math.min(average, GREATEST_AVERAGE));
      }
    }
  }
}
