package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * Binary decisions whose probabilities begin even at each record and follow it: by 1/2 of what is
 * missing at first, by 1/128 in the end.
 */
final class AdaptiveBits {
  private static final int SLOWEST = 7;

  private final char[] probabilities;
  private final byte[] met;

  /**
   * @param contexts how many probabilities there are
   */
  AdaptiveBits(int contexts) {
    this.probabilities = new char[contexts];
    this.met = new byte[contexts];
  }

  /** Begins a record. */
  void begin() {
    Arrays.fill(probabilities, (char) (BitCoder.ONE / 2));
    Arrays.fill(met, (byte) 0);
  }

  /** Codes a decision; which, is not looked at in reading. */
  int code(BitCoder coder, int context, int bit) {
    int probability = probabilities[context];
    int coded = coder.bit(probability, bit);
    int shift = 1 + Logarithms.highestBit(met[context] + 1);
    met[context] += shift < SLOWEST ? 1 : 0;
    // Without branches: which way it goes cannot be foreseen.
    int up = BitCoder.ONE - 1 - probability >> shift;
    int down = probability >> shift;
    probabilities[context] = (char) (probability + (up & -coded) - (down & coded - 1));
    return coded;
  }
}
