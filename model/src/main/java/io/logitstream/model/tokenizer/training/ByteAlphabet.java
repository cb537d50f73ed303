package io.logitstream.model.tokenizer.training;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A printable character for each byte, as GPT-2 has them: bytes that are printable in Latin-1 stand
 * for themselves, the others are counted up from U+0100.
 */
final class ByteAlphabet {
  private static final int BYTES = 256;
  private static final char[] CHARACTERS = characters();

  private ByteAlphabet() {}

  private static char[] characters() {
    char[] characters = new char[BYTES];
    char next = BYTES;
    for (int value = 0; value < BYTES; value++) {
      characters[value] = isPrintable(value) ? (char) value : next++;
    }
    return characters;
  }

  private static boolean isPrintable(int value) {
    return (value >= '!' && value <= '~')
        || (value >= '\u00A1' && value <= '\u00AC')
        || value >= '\u00AE';
  }

  /** The characters of all bytes, in ascending order. */
  static char[] sorted() {
    char[] sorted = CHARACTERS.clone();
    Arrays.sort(sorted);
    return sorted;
  }

  /** A text's UTF-8 bytes, a character each. */
  static String written(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    StringBuilder out = new StringBuilder(bytes.length);
    for (byte value : bytes) {
      out.append(CHARACTERS[value & 0xff]);
    }
    return out.toString();
  }
}
