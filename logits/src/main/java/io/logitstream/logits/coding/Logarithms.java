package io.logitstream.logits.coding;

/** Logarithms and powers of two in coarse steps, in integers. */
final class Logarithms {
  /** Levels are half octaves: level L stands for the probability 2^(-L/2). */
  static final int LEVELS = 64;

  /** The probability 1 in {@link #mass}. */
  static final long UNIT = 1L << 40;

  /** 2^40 / sqrt(2). */
  private static final long HALF_OCTAVE = 777_472_127_993L;

  private Logarithms() {}

  /** 4 log2(value), to the nearest quarter octave below; for at least 1. */
  static int quarterOctaves(long value) {
    int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
    int fraction = (int) (octave >= 4 ? value >>> octave - 4 : value << 4 - octave) & 15;
    return 4 * octave + (fraction < 3 ? 0 : fraction < 7 ? 1 : fraction < 11 ? 2 : 3);
  }

  /** What a level stands for, as a multiple of 2^-40. */
  static long mass(int level) {
    return ((level & 1) == 0 ? UNIT : HALF_OCTAVE) >>> (level >> 1);
  }

  static int clamp(int value, int greatest) {
    return value < 0 ? 0 : Math.min(value, greatest);
  }
}
