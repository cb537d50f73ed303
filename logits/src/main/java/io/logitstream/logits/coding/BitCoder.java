package io.logitstream.logits.coding;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A carryless binary arithmetic coder with 32 bits: an interval [low, high] is cut at each
 * decision, and bytes on which its ends agree are written, or read. One class for both directions,
 * so that one model serves both; it is told at its beginning which way it goes.
 */
final class BitCoder {
  /** One, as a probability. */
  static final int ONE = 1 << 16;

  private static final long UNSIGNED = 0xffff_ffffL;

  /** A step of fewer numbers loses too much of the interval to rounding. */
  private static final int LEAST_STEP = 1 << 8;

  private boolean reads;
  private byte[] bytes = new byte[1024];
  private int start;
  private int end;
  private int next;
  private int low;
  private int high;
  private int code;
  private double @Nullable [] bitsOfParts;
  private int part;
  private double measuredBits;

  /** Begins to write. */
  void write() {
    if (reads) {
      bytes = new byte[1024];
    }
    reads = false;
    next = 0;
    low = 0;
    high = -1;
  }

  /**
   * Begins to write, and to measure what the parts of the content take.
   *
   * @param bits receives the bits of each part; they add up to all, but for the last 4 bytes
   */
  void writeMeasured(double[] bits) {
    write();
    bitsOfParts = bits;
    part = 0;
    measuredBits = positionBits();
  }

  /** What is coded from now on belongs to a part. Measured where that was asked for. */
  void enter(int next) {
    double[] bits = bitsOfParts;
    if (bits != null) {
      double position = positionBits();
      bits[part] += position - measuredBits;
      measuredBits = position;
      part = next;
    }
  }

  /** Ends measuring. */
  void endMeasured() {
    enter(0);
    bitsOfParts = null;
  }

  /** What has been written, and what the interval has shrunk by since. */
  private double positionBits() {
    double range = (high - low & UNSIGNED) + 1.0;
    return Byte.SIZE * (double) next + Integer.SIZE - Math.log(range) / Math.log(2);
  }

  /** Begins to read; what follows the end counts as zeros. */
  void read(byte[] from, int offset, int length) {
    reads = true;
    bytes = from;
    start = offset;
    end = offset + length;
    next = offset;
    low = 0;
    high = -1;
    code = 0;
    for (int index = 0; index < Integer.BYTES; index++) {
      code = code << 8 | nextByte();
    }
  }

  /** Whether it reads. */
  boolean reads() {
    return reads;
  }

  /**
   * Codes a decision.
   *
   * @param probability that it is 1, from 1 to 65535 of 65536
   * @param bit the decision; not looked at in reading
   * @return the decision
   */
  int bit(int probability, int bit) {
    int middle = low + (int) ((high - low & UNSIGNED) * probability >>> 16);
    int coded = bit;
    if (reads) {
      // 1 where code <= middle
      coded = (int) ((code & UNSIGNED) - (middle & UNSIGNED) - 1 >>> 63);
    }
    // Without branches: what a decision is cannot be foreseen, or it would cost no bits.
    int kept = -coded;
    low = low & kept | middle + 1 & ~kept;
    high = middle & kept | high & ~kept;
    if ((low ^ high) >>> 24 == 0) {
      shift();
    }
    return coded;
  }

  /**
   * Codes the low bits of a number, up to 30 of them, as they are: the high ones first, 8 at once.
   */
  int raw(int width, int value) {
    int coded = 0;
    int left = width;
    while (left > 0) {
      int bits = Math.min(left, 8);
      left -= bits;
      coded = coded << bits | even(bits, value >>> left & (1 << bits) - 1);
    }
    return coded;
  }

  /** Codes a number of a few bits, all of which are equally likely. */
  private int even(int bits, int value) {
    long step = (high - low & UNSIGNED) >>> bits;
    if (step < LEAST_STEP) {
      return bitByBit(bits, value);
    }
    int coded = value;
    if (reads) {
      long place = ((code & UNSIGNED) - (low & UNSIGNED)) / step;
      if (place >> bits != 0) {
        // What is left over above the last step is nobody's.
        throw new IllegalArgumentException("the coded bits are not those of a number");
      }
      coded = (int) place;
    }
    low += (int) (step * coded);
    high = (int) ((low & UNSIGNED) + step - 1);
    if ((low ^ high) >>> 24 == 0) {
      shift();
    }
    return coded;
  }

  /** For intervals that have become small around a byte that is about to change. */
  private int bitByBit(int bits, int value) {
    int coded = 0;
    for (int shift = bits - 1; shift >= 0; shift--) {
      coded = coded << 1 | bit(ONE / 2, value >>> shift & 1);
    }
    return coded;
  }

  private void shift() {
    do {
      if (reads) {
        code = code << 8 | nextByte();
      } else {
        writeByte(high >>> 24);
      }
      low <<= 8;
      high = high << 8 | 0xff;
    } while ((low ^ high) >>> 24 == 0);
  }

  private int nextByte() {
    int value = next < end ? bytes[next] & 0xff : 0;
    next++;
    return value;
  }

  private void writeByte(int value) {
    if (next == bytes.length) {
      bytes = Arrays.copyOf(bytes, 2 * next);
    }
    bytes[next++] = (byte) value;
  }

  /** What was written, with the shortest end; a reader takes zeros for what is missing. */
  byte[] written() {
    int ending = ending(low, high);
    for (int shift = 24; shift >= 0; shift -= 8) {
      writeByte(ending >>> shift & 0xff);
    }
    while (next > 0 && bytes[next - 1] == 0) {
      next--;
    }
    return Arrays.copyOf(bytes, next);
  }

  /**
   * Checks that what was read ends as a writer would have ended it.
   *
   * @throws IllegalArgumentException if it does not
   */
  void checkEnd() {
    boolean endsInZero = end > start && bytes[end - 1] == 0;
    boolean unread = next < end;
    if (endsInZero || unread || code != ending(low, high)) {
      throw new IllegalArgumentException("the coded bits do not end where the content does");
    }
  }

  /** The number of an interval that ends with the most zero bytes, and of those the greatest. */
  private static int ending(int low, int high) {
    for (int zeroBits = 32; zeroBits > 0; zeroBits -= 8) {
      int candidate = (int) ((high & 0xffff_ffffL) >>> zeroBits << zeroBits);
      if (Integer.compareUnsigned(candidate, low) >= 0) {
        return candidate;
      }
    }
    return high;
  }
}
