package io.logitstream.model.jinja;

import io.logitstream.model.jinja.Token.Kind;
import java.util.List;

/** A place among a template's tokens. */
class TokenCursor {
  private final List<Token> tokens;
  private int position;

  TokenCursor(List<Token> tokens) {
    this.tokens = tokens;
  }

  Token peek() {
    return tokens.get(position);
  }

  Token peekAfter() {
    return tokens.get(Math.min(position + 1, tokens.size() - 1));
  }

  /** Takes a token; the end stays where it is. */
  Token next() {
    Token token = peek();
    position += token.kind() == Kind.END ? 0 : 1;
    return token;
  }

  /** Goes back before the token that was taken last. */
  void back() {
    position--;
  }

  boolean take(Kind kind, String text) {
    if (peek().is(kind, text)) {
      position++;
      return true;
    }
    return false;
  }

  boolean takeOperator(String operator) {
    return take(Kind.OPERATOR, operator);
  }

  void expect(Kind kind, String text) {
    if (!take(kind, text)) {
      throw unexpected("'%s'".formatted(text));
    }
  }

  String name() {
    if (peek().kind() != Kind.NAME) {
      throw unexpected("a name");
    }
    return next().text();
  }

  JinjaException unexpected(String expected) {
    return JinjaException.at(
        peek().line(),
        new JinjaException("found %s, expected %s".formatted(peek().shown(), expected)));
  }
}
