package io.logitstream.logits;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Writes the parts of a payload; little-endian. */
final class PayloadWriter {
  private byte[] bytes;
  private int length;

  PayloadWriter(int expectedBytes) {
    bytes = new byte[Math.max(16, expectedBytes)];
  }

  void writeByte(int value) {
    ensure(1);
    bytes[length++] = (byte) value;
  }

  /** Seven bits a byte, the low ones first; the top bit says that more follow. */
  void writeVarint(int value) {
    ensure(5);
    int rest = value;
    while ((rest & ~0x7f) != 0) {
      bytes[length++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[length++] = (byte) rest;
  }

  /** Numbers of {@code width} bits each, the low bits first; the last byte is padded with zeros. */
  void writeFixedWidth(int[] values, int width) {
    ensure(Math.toIntExact(((long) values.length * width + 7) / 8));
    long pending = 0;
    int bits = 0;
    for (int value : values) {
      pending |= (long) value << bits;
      bits += width;
      while (bits >= 8) {
        bytes[length++] = (byte) pending;
        pending >>>= 8;
        bits -= 8;
      }
    }
    if (bits > 0) {
      bytes[length++] = (byte) pending;
    }
  }

  void writeShorts(short[] values) {
    int size = Math.multiplyExact(values.length, Short.BYTES);
    ensure(size);
    ByteBuffer.wrap(bytes, length, size).order(ByteOrder.LITTLE_ENDIAN).asShortBuffer().put(values);
    length += size;
  }

  void writeBytes(byte[] values) {
    ensure(values.length);
    System.arraycopy(values, 0, bytes, length, values.length);
    length += values.length;
  }

  /** Ends the payload with the CRC-32C of everything before it. */
  byte[] finish() {
    return finish(new byte[0]);
  }

  /** Ends the payload with the CRC-32C of a context and of everything before it. */
  byte[] finish(byte[] context) {
    CRC32C crc = new CRC32C();
    crc.update(context);
    crc.update(bytes, 0, length);
    byte[] payload = Arrays.copyOf(bytes, length + Integer.BYTES);
    ByteBuffer.wrap(payload).order(ByteOrder.LITTLE_ENDIAN).putInt(length, (int) crc.getValue());
    return payload;
  }

  private void ensure(int more) {
    int needed = Math.addExact(length, more);
    if (needed > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(needed, bytes.length + (bytes.length >> 1)));
    }
  }
}
