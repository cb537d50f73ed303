package io.logitstream.model.jinja;

import java.util.Arrays;

/** Gathers text with its marks. */
final class TextBuilder {
  /** The bit of a mark that says: inside a {@code generation} block. */
  static final int GENERATED = 1 << 30;

  /** Far over what a model reads; a template that writes more has run away. */
  static final int MAX_CHARACTERS = 16 << 20;

  private final StringBuilder characters = new StringBuilder();
  private int[] marks = new int[64];

  TextBuilder append(Text text) {
    int start = grow(text.length());
    characters.append(text.toString());
    if (!text.isUnmarked()) {
      for (int index = 0; index < text.length(); index++) {
        marks[start + index] = text.rawMark(index);
      }
    }
    return this;
  }

  /** Appends what the template wrote. */
  TextBuilder append(String text) {
    grow(text.length());
    characters.append(text);
    return this;
  }

  /** Appends characters that take the mark of another text's character. */
  TextBuilder append(String text, int rawMark) {
    int start = grow(text.length());
    characters.append(text);
    Arrays.fill(marks, start, start + text.length(), rawMark);
    return this;
  }

  int length() {
    return characters.length();
  }

  /** Says that everything from an index on was written inside a {@code generation} block. */
  void generatedFrom(int start) {
    for (int index = start; index < characters.length(); index++) {
      marks[index] |= GENERATED;
    }
  }

  Text toText() {
    int[] all = Arrays.copyOf(marks, characters.length());
    return new Text(
        characters.toString(), Arrays.stream(all).allMatch(mark -> mark == 0) ? null : all);
  }

  static void checkLength(long characters) {
    if (characters > MAX_CHARACTERS) {
      throw new JinjaException(
          "a text of over %d characters, expected less".formatted(MAX_CHARACTERS));
    }
  }

  private int grow(int by) {
    int start = characters.length();
    checkLength((long) start + by);
    if (start + by > marks.length) {
      marks = Arrays.copyOf(marks, Math.max(start + by, 2 * marks.length));
    }
    return start;
  }
}
