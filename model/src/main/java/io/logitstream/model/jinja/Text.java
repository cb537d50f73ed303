package io.logitstream.model.jinja;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A string of which every character carries a mark: 0 for what the template wrote, what {@link
 * #marked} was given for what came in as data. Marks go with the characters through slices, splits
 * and concatenations, so that the rendered text tells one from the other. Equality looks at
 * characters alone.
 *
 * <p>Indices are UTF-16 units here; {@link Slices} counts in code points, as Python does.
 */
public final class Text implements Value {
  static final Text EMPTY = new Text("", null);

  private final String characters;
  private final int @Nullable [] marks;

  Text(String characters, int @Nullable [] marks) {
    this.characters = characters;
    this.marks = marks;
  }

  /** What the template wrote. */
  public static Text of(String characters) {
    return characters.isEmpty() ? EMPTY : new Text(characters, null);
  }

  /**
   * Data.
   *
   * @param mark over 0 and under 2³⁰
   */
  public static Text marked(String characters, int mark) {
    if (mark <= 0 || mark >= TextBuilder.GENERATED) {
      throw new IllegalArgumentException("mark %d, expected 1 to 2^30 - 1".formatted(mark));
    }
    int[] marks = new int[characters.length()];
    Arrays.fill(marks, mark);
    return new Text(characters, marks);
  }

  /** UTF-16 units. */
  public int length() {
    return characters.length();
  }

  /** The mark of a UTF-16 unit: 0 if the template wrote it. */
  public int mark(int index) {
    return marks == null ? 0 : marks[index] & ~TextBuilder.GENERATED;
  }

  /** Whether a UTF-16 unit was written inside a {@code generation} block. */
  public boolean isGenerated(int index) {
    return marks != null && (marks[index] & TextBuilder.GENERATED) != 0;
  }

  int rawMark(int index) {
    return marks == null ? 0 : marks[index];
  }

  boolean isUnmarked() {
    return marks == null;
  }

  Text substring(int start, int end) {
    if (start == 0 && end == characters.length()) {
      return this;
    }
    return new Text(
        characters.substring(start, end),
        marks == null ? null : Arrays.copyOfRange(marks, start, end));
  }

  Text substring(int start) {
    return substring(start, characters.length());
  }

  Text plus(Text other) {
    if (marks == null && other.marks == null) {
      TextBuilder.checkLength((long) length() + other.length());
      return of(characters + other.characters);
    }
    return new TextBuilder().append(this).append(other).toText();
  }

  /**
   * The same characters changed by a function that works on each by itself, such as upper case.
   * Where it changes their number, marks cannot be told apart: then each one is the largest of all.
   */
  Text mapped(String changed) {
    if (marks == null || changed.length() == characters.length()) {
      return new Text(changed, marks);
    }
    int[] all = new int[changed.length()];
    Arrays.fill(all, Arrays.stream(marks).max().orElse(0));
    return new Text(changed, all);
  }

  @Override
  public boolean isTrue() {
    return !characters.isEmpty();
  }

  @Override
  public String type() {
    return "str";
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Text text && Objects.equals(characters, text.characters);
  }

  @Override
  public int hashCode() {
    return characters.hashCode();
  }

  /** The characters. */
  @Override
  public String toString() {
    return characters;
  }
}
