package io.logitstream.logits.coding;

/** Codes binary decisions in one direction, so that one model serves writing and reading. */
abstract sealed class BitCoder permits BitEncoder, BitDecoder {
  /** One, as a probability. */
  static final int ONE = 1 << 16;

  /**
   * Codes a decision.
   *
   * @param probability that it is 1, from 1 to 65535 of 65536
   * @param bit the decision; a decoder ignores it
   * @return the decision
   */
  abstract int bit(int probability, int bit);

  /** Codes the low bits of a number as they are, the high ones first. */
  final int raw(int width, int value) {
    int coded = 0;
    for (int shift = width - 1; shift >= 0; shift--) {
      coded = coded << 1 | bit(ONE / 2, value >>> shift & 1);
    }
    return coded;
  }
}
