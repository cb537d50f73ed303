package io.logitstream.logits.coding;

/** Adaptive codes of numbers in the serialised prior, over binary decisions. */
final class SymbolCoder {
  private static final int STEPS = 20;

  private final BitCoder coder;
  private final short[] probabilities;

  /**
   * @param contexts number of binary contexts, each even at first
   */
  SymbolCoder(BitCoder coder, int contexts) {
    this.coder = coder;
    this.probabilities = new short[contexts];
  }

  /** Contexts that a number of {@code width} bits takes. */
  static int treeContexts(int width) {
    return 1 << width;
  }

  /** Contexts that an unbounded number takes. */
  static int numberContexts() {
    return 2 * STEPS;
  }

  int bit(int context, int bit) {
    int centred = probabilities[context];
    int coded = coder.bit(BitCoder.ONE / 2 + centred, bit);
    int target = coded == 0 ? -32_000 : 32_000;
    probabilities[context] = (short) (centred + (target - centred >> 5));
    return coded;
  }

  /** A number of {@code width} bits, the high ones first, each in the context of those before. */
  int tree(int context, int width, int value) {
    int node = 1;
    for (int shift = width - 1; shift >= 0; shift--) {
      node = node << 1 | bit(context + node, value >>> shift & 1);
    }
    return node - (1 << width);
  }

  /**
   * A number from 0 to {@code greatest}: the length of the number plus 1 in unary, then its bits,
   * of which the first is modelled.
   *
   * @throws IllegalArgumentException if a number is read that is greater
   */
  int number(int context, int value, int greatest) {
    int longest = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(greatest + 1);
    int length = Integer.SIZE - 1 - Integer.numberOfLeadingZeros(value + 1);
    int coded = 0;
    while (coded < longest && bit(context + coded, length > coded ? 1 : 0) == 1) {
      coded++;
    }
    int rest = 1;
    for (int shift = coded - 1; shift >= 0; shift--) {
      int bit = value + 1 >>> shift & 1;
      rest =
          rest << 1 | (shift == coded - 1 ? bit(context + STEPS + coded, bit) : coder.raw(1, bit));
    }
    if (rest - 1 > greatest) {
      throw new IllegalArgumentException(
          "number %d, expected at most %d".formatted(rest - 1, greatest));
    }
    return rest - 1;
  }
}
