package io.logitstream.logits.coding;

/** The reading half; see {@link BitEncoder}. */
final class BitDecoder extends BitCoder {
  private byte[] bytes = new byte[0];
  private int start;
  private int end;
  private int next;
  private int low;
  private int high;
  private int code;

  /** Begins to read; what follows the end counts as zeros. */
  void reset(byte[] from, int offset, int length) {
    bytes = from;
    start = offset;
    end = offset + length;
    next = offset;
    low = 0;
    high = -1;
    code = 0;
    for (int index = 0; index < Integer.BYTES; index++) {
      code = code << 8 | read();
    }
  }

  @Override
  int bit(int probability, int unused) {
    int middle = BitEncoder.split(low, high, probability);
    int bit;
    if (Integer.compareUnsigned(code, middle) <= 0) {
      bit = 1;
      high = middle;
    } else {
      bit = 0;
      low = middle + 1;
    }
    while ((low ^ high) >>> 24 == 0) {
      low <<= 8;
      high = high << 8 | 0xff;
      code = code << 8 | read();
    }
    return bit;
  }

  /**
   * Checks that the bytes end as an encoder would have ended them.
   *
   * @throws IllegalArgumentException if they do not
   */
  void finish() {
    boolean endsInZero = end > start && bytes[end - 1] == 0;
    boolean unread = next < end;
    if (endsInZero || unread || code != BitEncoder.ending(low, high)) {
      throw new IllegalArgumentException("the coded bits do not end where the content does");
    }
  }

  private int read() {
    int value = next < end ? bytes[next] & 0xff : 0;
    next++;
    return value;
  }
}
