package io.logitstream.logits;

import static io.logitstream.logits.MalformedLogitsException.malformed;

import java.nio.ByteBuffer;

/**
 * Reads the parts of a payload. Every value has one spelling only, and nothing is allocated that
 * the remaining bytes could not fill.
 */
final class PayloadReader {
  private final ByteBuffer bytes;

  /**
   * @param bytes the payload without its checksum, little-endian
   */
  PayloadReader(ByteBuffer bytes) {
    this.bytes = bytes;
  }

  int readByte(String what) {
    if (!bytes.hasRemaining()) {
      throw malformed("the payload ends before %s", what);
    }
    return bytes.get() & 0xff;
  }

  /** A varint between two bounds. */
  int readVarint(String what, int lowest, int highest) {
    long value = 0;
    for (int shift = 0; shift < 35; shift += 7) {
      int next = readByte(what);
      value |= (long) (next & 0x7f) << shift;
      if ((next & 0x80) == 0) {
        if (next == 0 && shift > 0) {
          throw malformed("%s is spelled with more bytes than it needs", what);
        }
        if (value < lowest || value > highest) {
          throw malformed("%s is %d, expected from %d to %d", what, value, lowest, highest);
        }
        return (int) value;
      }
    }
    throw malformed("%s has more than 5 bytes", what);
  }

  int[] readFixedWidth(String what, int count, int width) {
    long size = ((long) count * width + 7) / 8;
    if (size > bytes.remaining()) {
      throw malformed(
          "%d %s of %d bits do not fit into the remaining %d bytes",
          count, what, width, bytes.remaining());
    }
    int[] values = new int[count];
    long mask = (1L << width) - 1;
    long pending = 0;
    int bits = 0;
    for (int index = 0; index < count; index++) {
      while (bits < width) {
        pending |= (bytes.get() & 0xffL) << bits;
        bits += 8;
      }
      values[index] = (int) (pending & mask);
      pending >>>= width;
      bits -= width;
    }
    if (pending != 0) {
      throw malformed("the padding after %s is not zero", what);
    }
    return values;
  }

  short[] readShorts(String what, long count) {
    if (count * Short.BYTES != bytes.remaining()) {
      throw malformed("%d bytes of %s, expected %d", bytes.remaining(), what, count * Short.BYTES);
    }
    short[] values = new short[(int) count];
    bytes.asShortBuffer().get(values);
    bytes.position(bytes.limit());
    return values;
  }

  /** All bytes that are left. */
  byte[] readRest() {
    byte[] rest = new byte[bytes.remaining()];
    bytes.get(rest);
    return rest;
  }

  int remaining() {
    return bytes.remaining();
  }

  void end() {
    if (bytes.hasRemaining()) {
      throw malformed("%d bytes after the end of the payload", bytes.remaining());
    }
  }
}
