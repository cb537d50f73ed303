package io.logitstream.logits.coding;

/** Logarithms and powers of two in coarse steps, in integers. */
final class Logarithms {
  /** Levels are half octaves: level L stands for the probability 2^(-L/2). */
  static final int LEVELS = 64;

  /** The probability 1 in {@link #mass}. */
  static final long UNIT = 1L << 40;

  /** 2^40 / sqrt(2). */
  private static final long HALF_OCTAVE = 777_472_127_993L;

  private static final long[] MASSES = new long[LEVELS];

  /** Quarter octaves of a fraction in sixteenths. */
  private static final byte[] QUARTERS = {0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 3};

  static {
    for (int level = 0; level < LEVELS; level++) {
      MASSES[level] = ((level & 1) == 0 ? UNIT : HALF_OCTAVE) >>> (level >> 1);
    }
  }

  private Logarithms() {}

  /** 4 log2(value), to the nearest quarter octave below; for at least 1. */
  static int quarterOctaves(long value) {
    int zeros = Long.numberOfLeadingZeros(value);
    // The bit under the highest one becomes the highest.
    return 4 * (Long.SIZE - 1 - zeros) + QUARTERS[(int) (value << zeros << 1 >>> 60)];
  }

  /** What a level stands for, as a multiple of 2^-40. */
  static long mass(int level) {
    return MASSES[level];
  }

  static int clamp(int value, int greatest) {
    return Math.max(0, Math.min(value, greatest));
  }

  /** The position of the highest bit of a number of at least 1. */
  static int highestBit(int value) {
    return Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value);
  }
}
