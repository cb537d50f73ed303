package io.logitstream.logits.coding;

/**
 * The logistic function and its inverse as tables of integers. The domain is in units of 1/256 nat,
 * from -2047 to 2047; probabilities are of 65536.
 */
final class Logistic {
  static final int DOMAIN = 2047;

  /** 65536 / (1 + exp(-x / 2)) for x from -16 to 16, rounded. */
  private static final int[] KNOTS = {
    22, 36, 60, 98, 162, 267, 439, 720, 1179, 1921, 3108, 4971, 7812, 11955, 17625, 24743, 32768,
    40793, 47911, 53581, 57724, 60565, 62428, 63615, 64357, 64816, 65097, 65269, 65374, 65438,
    65476, 65500, 65514
  };

  private static final int[] SQUASH = new int[2 * DOMAIN + 2];
  private static final short[] STRETCH = new short[4096];

  static {
    for (int index = 0; index < SQUASH.length; index++) {
      int knot = index >> 7;
      int between = index & 127;
      SQUASH[index] =
          KNOTS[knot] * (128 - between) + KNOTS[Math.min(knot + 1, 32)] * between + 64 >> 7;
    }
    int domain = -DOMAIN;
    for (int index = 0; index < STRETCH.length; index++) {
      while (domain < DOMAIN && squash(domain) < 16 * index + 8) {
        domain++;
      }
      STRETCH[index] = (short) domain;
    }
  }

  private Logistic() {}

  /** The probability of a point of the domain. */
  static int squash(int point) {
    return SQUASH[point + DOMAIN + 1];
  }

  /** The point of a probability, of which the upper 12 bits count. */
  static int stretch(int probability) {
    return STRETCH[probability >>> 4];
  }
}
