package io.logitstream.model.jinja;

/**
 * A piece of a template.
 *
 * @param line of the template, from 1
 */
record Token(Kind kind, String text, int line) {
  enum Kind {
    /** Text that is written as it stands. */
    DATA,
    VARIABLE_BEGIN,
    VARIABLE_END,
    BLOCK_BEGIN,
    BLOCK_END,
    NAME,
    STRING,
    INTEGER,
    FLOAT,
    OPERATOR,
    END
  }

  boolean is(Kind wanted, String content) {
    return kind == wanted && text.equals(content);
  }

  boolean isOperator(String content) {
    return is(Kind.OPERATOR, content);
  }

  boolean isName(String content) {
    return is(Kind.NAME, content);
  }

  /** For messages. */
  String shown() {
    return kind == Kind.END ? "the template's end" : "'%s'".formatted(text);
  }
}
