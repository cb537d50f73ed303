package io.logitstream.logits.coding;

/**
 * What the parts of a sequence take when it is coded, in bits.
 *
 * @param tokens the tokens
 * @param ids which ids each row has
 * @param counts how often they were drawn, or their levels and the tail's
 */
public record CodedParts(double tokens, double ids, double counts) {
  static final int TOKENS = 0;
  static final int IDS = 1;
  static final int COUNTS = 2;
  static final int PARTS = 3;

  static CodedParts of(double[] bits) {
    return new CodedParts(bits[TOKENS], bits[IDS], bits[COUNTS]);
  }
}
