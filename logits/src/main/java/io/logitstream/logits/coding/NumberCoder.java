package io.logitstream.logits.coding;

import static io.logitstream.logits.coding.Logarithms.highestBit;

/**
 * Codes numbers from 0 to a bound, by the number plus 1: its length in bits in unary, then the bits
 * under the highest one.
 */
final class NumberCoder {
  /** Contexts of a small number: its lengths, then a tree of up to 3 bits for each. */
  static final int SLOTS = 16 + 16 * 8;

  private static final int TREES = 16;
  private static final int MODELLED_BITS = 3;

  private final Odds odds;

  NumberCoder(Odds odds) {
    this.odds = odds;
  }

  /**
   * A number whose length has two contexts, and of whose bits the first is modelled.
   *
   * @param first first of the contexts of the lengths, and so is {@code second}
   * @throws IllegalArgumentException if a number is read that is greater
   */
  int gap(BitCoder coder, int first, int second, int value, int greatest) {
    int longest = highestBit(greatest + 1);
    int length = highestBit(value + 1);
    int coded = 0;
    while (coded < longest
        && odds.decide(coder, length > coded ? 1 : 0, first + coded, second + coded) == 1) {
      coded++;
    }
    int number = 1;
    if (coded > 0) {
      number = 2 | odds.decide(coder, value + 1 >>> coded - 1 & 1, Layout.MANTISSA + coded);
      number = rest(coder, number, coded - 1, value);
    }
    return checked(number - 1, greatest);
  }

  /** A number most of whose bits are modelled, in one context. */
  int small(BitCoder coder, int slot, int value, int greatest) {
    int longest = highestBit(greatest + 1);
    int length = highestBit(value + 1);
    int coded = 0;
    while (coded < longest && odds.decide(coder, length > coded ? 1 : 0, slot + coded) == 1) {
      coded++;
    }
    int number = 1;
    int left = coded;
    while (left > 0 && coded - left < MODELLED_BITS) {
      left--;
      int tree = slot + TREES + (Math.min(coded, 15) << MODELLED_BITS);
      number = number << 1 | odds.decide(coder, value + 1 >>> left & 1, tree + number % 8);
    }
    return checked(rest(coder, number, left, value) - 1, greatest);
  }

  private static int rest(BitCoder coder, int number, int width, int value) {
    return number << width | coder.raw(width, value + 1 & (1 << width) - 1);
  }

  private static int checked(int number, int greatest) {
    if (number < 0 || number > greatest) {
      throw new IllegalArgumentException(
          "number %d, expected at most %d".formatted(number, greatest));
    }
    return number;
  }
}
