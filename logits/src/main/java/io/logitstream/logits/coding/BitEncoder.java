package io.logitstream.logits.coding;

import java.util.Arrays;

/**
 * The writing half of a carryless binary arithmetic coder with 32 bits: an interval [low, high] is
 * cut at each decision, and bytes on which its ends agree are written.
 */
final class BitEncoder extends BitCoder {
  private byte[] bytes = new byte[1024];
  private int length;
  private int low;
  private int high = -1;

  /** Begins anew. */
  void reset() {
    length = 0;
    low = 0;
    high = -1;
  }

  @Override
  int bit(int probability, int bit) {
    int middle = split(low, high, probability);
    if (bit != 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
    while ((low ^ high) >>> 24 == 0) {
      write(high >>> 24);
      low <<= 8;
      high = high << 8 | 0xff;
    }
    return bit;
  }

  /** Where the interval is cut: what is up to there means 1. */
  static int split(int low, int high, int probability) {
    long range = high - low & 0xffff_ffffL;
    return low + (int) (range * probability >>> 16);
  }

  /** What was written, with the shortest end; a reader takes zeros for what is missing. */
  byte[] finish() {
    int end = ending(low, high);
    for (int shift = 24; shift >= 0; shift -= 8) {
      write(end >>> shift & 0xff);
    }
    while (length > 0 && bytes[length - 1] == 0) {
      length--;
    }
    return Arrays.copyOf(bytes, length);
  }

  /** The number of an interval that ends with the most zero bytes, and of those the greatest. */
  static int ending(int low, int high) {
    for (int zeroBits = 32; zeroBits > 0; zeroBits -= 8) {
      int candidate = (int) ((high & 0xffff_ffffL) >>> zeroBits << zeroBits);
      if (Integer.compareUnsigned(candidate, low) >= 0) {
        return candidate;
      }
    }
    return high;
  }

  private void write(int value) {
    if (length == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * length);
    }
    bytes[length++] = (byte) value;
  }
}
