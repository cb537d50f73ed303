package io.logitstream.lineage.store;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Writes a key, part by part, so that keys are ordered as their parts are: numbers big-endian and
 * not negative, texts with their length before them. A key that lacks its last parts is the prefix
 * of all that have them.
 */
final class KeyBytes {
  /** The longest text in a key, in bytes of UTF-8. */
  static final int MAX_TEXT_BYTES = 1024;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(64);

  KeyBytes(char family) {
    bytes.write(family);
  }

  /**
   * @throws IllegalArgumentException if the text is longer than {@value #MAX_TEXT_BYTES} bytes
   */
  KeyBytes text(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    if (utf8.length > MAX_TEXT_BYTES) {
      throw new IllegalArgumentException(
          "a name of %d bytes, expected at most %d".formatted(utf8.length, MAX_TEXT_BYTES));
    }
    bytes.write(utf8.length >>> 8);
    bytes.write(utf8.length);
    bytes.writeBytes(utf8);
    return this;
  }

  KeyBytes single(int value) {
    bytes.write(value);
    return this;
  }

  KeyBytes number(int value) {
    bytes.writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
    return this;
  }

  KeyBytes number(long value) {
    bytes.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    return this;
  }

  byte[] done() {
    return bytes.toByteArray();
  }

  /** The text that begins at a place in a key. */
  static String textAt(byte[] key, int place) {
    int length = (key[place] & 0xff) << 8 | (key[place + 1] & 0xff);
    return new String(key, place + 2, length, StandardCharsets.UTF_8);
  }
}
