package io.logitstream.model.jinja;

import java.util.function.Supplier;

/** A template that cannot be read, or that refuses or fails to render what it was given. */
public final class JinjaException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final boolean placed;

  JinjaException(String message) {
    this(message, false);
  }

  private JinjaException(String message, boolean placed) {
    super(message);
    this.placed = placed;
  }

  /** What something is worth; where it fails, with the line of the template. */
  static <T> T located(int line, Supplier<T> evaluated) {
    try {
      return evaluated.get();
    } catch (JinjaException e) {
      throw at(line, e);
    }
  }

  /** The same, with the line of the template; the innermost line is the one that stays. */
  static JinjaException at(int line, JinjaException e) {
    return e.placed ? e : new JinjaException("line %d: %s".formatted(line, e.getMessage()), true);
  }
}
