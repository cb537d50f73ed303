package io.logitstream.model.jinja;

/** String literals of a template, which escape as Python's do. */
final class StringLiteral {
  private StringLiteral() {}

  /**
   * What a quoted literal stands for. An escape that Python does not know stays as it is written.
   */
  static String unescape(String quoted) {
    String inner = quoted.substring(1, quoted.length() - 1);
    if (inner.indexOf('\\') < 0) {
      return inner;
    }
    StringBuilder text = new StringBuilder();
    int index = 0;
    while (index < inner.length()) {
      char character = inner.charAt(index++);
      if (character != '\\') {
        text.append(character);
        continue;
      }
      char escape = inner.charAt(index++);
      switch (escape) {
        case '\n' -> {}
        case '\\', '\'', '"' -> text.append(escape);
        case 'n' -> text.append('\n');
        case 't' -> text.append('\t');
        case 'r' -> text.append('\r');
        case 'a' -> text.append('\u0007');
        case 'b' -> text.append('\b');
        case 'f' -> text.append('\f');
        case 'v' -> text.append('\u000b');
        case '0' -> text.append('\0');
        case 'x' -> index = hexadecimal(inner, index, 2, text);
        case 'u' -> index = hexadecimal(inner, index, 4, text);
        case 'U' -> index = hexadecimal(inner, index, 8, text);
        default -> text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int hexadecimal(String inner, int from, int digits, StringBuilder text) {
    try {
      text.appendCodePoint(Integer.parseInt(inner.substring(from, from + digits), 16));
      return from + digits;
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new JinjaException(
          "a string with a broken escape, expected %d digits".formatted(digits));
    }
  }
}
