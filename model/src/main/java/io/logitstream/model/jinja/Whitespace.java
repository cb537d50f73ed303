package io.logitstream.model.jinja;

/** What Python's {@code str.isspace} calls whitespace, and stripping by it. */
final class Whitespace {
  private Whitespace() {}

  static boolean is(char character) {
    return (character >= '\t' && character <= '\r')
        || (character >= '\u001c' && character <= ' ')
        || character == '\u0085'
        || character == '\u00a0'
        || character == '\u1680'
        || (character >= '\u2000' && character <= '\u200a')
        || character == '\u2028'
        || character == '\u2029'
        || character == '\u202f'
        || character == '\u205f'
        || character == '\u3000';
  }

  /** First index that holds none, or the length. */
  static int skip(String text, int from) {
    int index = from;
    while (index < text.length() && is(text.charAt(index))) {
      index++;
    }
    return index;
  }

  /** The index after the last one that holds none, or 0. */
  static int trimmedLength(String text) {
    int end = text.length();
    while (end > 0 && is(text.charAt(end - 1))) {
      end--;
    }
    return end;
  }
}
