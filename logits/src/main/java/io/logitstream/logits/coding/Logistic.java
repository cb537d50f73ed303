package io.logitstream.logits.coding;

/** The logistic function as a table of integers. */
final class Logistic {
  /** The greatest log-odds, in units of 1/256 nat. */
  static final int LARGEST = 2047;

  /** 65536 / (1 + exp(-x / 2)) for x from -16 to 16, rounded. */
  private static final int[] KNOTS = {
    22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
    40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
    65476, 65500, 65514
  };

  private static final char[] PROBABILITIES = new char[2 * LARGEST + 1];

  static {
    for (int index = 0; index < PROBABILITIES.length; index++) {
      int point = index + 1;
      int knot = point >> 7;
      int between = point & 127;
      PROBABILITIES[index] =
          (char)
              (KNOTS[knot] * (128 - between) + KNOTS[Math.min(knot + 1, 32)] * between + 64 >> 7);
    }
  }

  private Logistic() {}

  /**
   * The probability, of 65536, of log-odds in units of 1/256 nat; those out of range count as the
   * greatest.
   */
  static int probability(int logOdds) {
    return PROBABILITIES[Math.max(-LARGEST, Math.min(LARGEST, logOdds)) + LARGEST];
  }
}
