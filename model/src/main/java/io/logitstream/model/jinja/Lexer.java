package io.logitstream.model.jinja;

import io.logitstream.model.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with {@code trim_blocks} and {@code lstrip_blocks} as {@code
 * transformers} sets them: the line break after a block or a comment is dropped, and so is the
 * indentation before one.
 */
final class Lexer {
  private static final Pattern BEGIN = Pattern.compile("\\{\\{|\\{%|\\{#");
  private static final Pattern RAW_BEGIN = Pattern.compile("\\{%[-+]?\\s*raw\\s*-?%}");
  private static final Pattern RAW_END =
      Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}", Pattern.UNICODE_CHARACTER_CLASS);
  private static final Pattern NAME = Pattern.compile("[\\p{L}_][\\p{L}\\p{N}_]*");
  private static final Pattern FLOAT =
      Pattern.compile("\\d+(?:_\\d+)*(?:\\.\\d+(?:[eE][+-]?\\d+)?|[eE][+-]?\\d+)");
  private static final Pattern INTEGER = Pattern.compile("\\d+(?:_\\d+)*");
  private static final Pattern STRING =
      Pattern.compile("'(?:[^'\\\\]|\\\\.)*+'|\"(?:[^\"\\\\]|\\\\.)*+\"", Pattern.DOTALL);
  private static final Pattern OPERATOR =
      Pattern.compile("\\*\\*|//|==|!=|<=|>=|[-+*/%~<>=()\\[\\]{},.:|]");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int position;
  private int line = 1;

  private Lexer(String source) {
    String unified = source.replace("\r\n", "\n").replace('\r', '\n');
    this.source = unified.endsWith("\n") ? unified.substring(0, unified.length() - 1) : unified;
  }

  static List<Token> tokens(String source) {
    return new Lexer(source).run();
  }

  private List<Token> run() {
    Matcher begin = BEGIN.matcher(source);
    while (begin.find(position)) {
      String opening = begin.group();
      int inside = begin.end();
      char sign = inside < source.length() ? source.charAt(inside) : ' ';
      boolean signed = sign == '-' || (sign == '+' && !opening.equals("{{"));
      data(begin.start(), opening, signed ? sign : ' ');
      advance(begin.start());
      if (opening.equals("{#")) {
        comment(inside);
      } else if (opening.equals("{%") && at(RAW_BEGIN).isPresent()) {
        raw(at(RAW_BEGIN).orElseThrow());
      } else {
        boolean variable = opening.equals("{{");
        add(variable ? Kind.VARIABLE_BEGIN : Kind.BLOCK_BEGIN, opening);
        advance(inside + (signed ? 1 : 0));
        expression(variable);
      }
    }
    data(source.length(), "", ' ');
    advance(source.length());
    add(Kind.END, "");
    return tokens;
  }

  /** The text before a tag, with as much of its end taken off as the tag says. */
  private void data(int end, String opening, char sign) {
    String text = source.substring(position, end);
    if (sign == '-') {
      text = text.substring(0, Whitespace.trimmedLength(text));
    } else if (sign != '+' && (opening.equals("{%") || opening.equals("{#"))) {
      int lineStart = text.lastIndexOf('\n') + 1;
      boolean startsLine = lineStart > 0 || position == 0 || source.charAt(position - 1) == '\n';
      if (startsLine && Whitespace.skip(text, lineStart) == text.length()) {
        text = text.substring(0, lineStart);
      }
    }
    if (!text.isEmpty()) {
      add(Kind.DATA, text);
    }
  }

  private void comment(int from) {
    int close = source.indexOf("#}", from);
    if (close < 0) {
      throw error("a comment without an end");
    }
    char sign = source.charAt(close - 1);
    afterBlock(close + 2, close > from ? sign : ' ');
  }

  private void raw(Matcher begin) {
    int from = begin.end();
    if (begin.group().endsWith("-%}")) {
      from = Whitespace.skip(source, from);
    } else if (from < source.length() && source.charAt(from) == '\n') {
      from++;
    }
    Matcher end = RAW_END.matcher(source);
    if (!end.find(from)) {
      throw error("'raw' without 'endraw'");
    }
    advance(from);
    String text = source.substring(from, end.start());
    if (end.group(1).equals("-")) {
      text = text.substring(0, Whitespace.trimmedLength(text));
    }
    add(Kind.DATA, text);
    afterBlock(end.end(), end.group(2).isEmpty() ? ' ' : end.group(2).charAt(0));
  }

  private void expression(boolean variable) {
    String closing = variable ? "}}" : "%}";
    int brackets = 0;
    while (true) {
      advance(Whitespace.skip(source, position));
      if (position >= source.length()) {
        throw error("'%s' is missing".formatted(closing));
      }
      char character = source.charAt(position);
      boolean signed = (character == '-' || (character == '+' && !variable));
      int close = position + (signed ? 1 : 0);
      if (brackets == 0 && source.startsWith(closing, close)) {
        add(variable ? Kind.VARIABLE_END : Kind.BLOCK_END, closing);
        if (variable) {
          advance(signed ? Whitespace.skip(source, close + 2) : close + 2);
        } else {
          afterBlock(close + 2, signed ? character : ' ');
        }
        return;
      }
      Token token = token();
      brackets += token.kind() != Kind.OPERATOR ? 0 : bracket(token.text());
      tokens.add(token);
    }
  }

  private static int bracket(String operator) {
    return switch (operator) {
      case "(", "[", "{" -> 1;
      case ")", "]", "}" -> -1;
      default -> 0;
    };
  }

  private Token token() {
    for (Kind kind : new Kind[] {Kind.FLOAT, Kind.INTEGER, Kind.NAME, Kind.STRING, Kind.OPERATOR}) {
      Optional<Matcher> match = at(pattern(kind));
      if (match.isPresent()) {
        String text = match.get().group();
        Token token =
            new Token(kind, kind == Kind.STRING ? StringLiteral.unescape(text) : text, line);
        advance(match.get().end());
        return token;
      }
    }
    throw error("unexpected character '%c'".formatted(source.charAt(position)));
  }

  private static Pattern pattern(Kind kind) {
    return switch (kind) {
      case FLOAT -> FLOAT;
      case INTEGER -> INTEGER;
      case NAME -> NAME;
      case STRING -> STRING;
      case OPERATOR -> OPERATOR;
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END ->
          throw new IllegalArgumentException(kind.name());
    };
  }

  /** Goes on after a block's end: over all whitespace, over one line break, or as it stands. */
  private void afterBlock(int end, char sign) {
    if (sign == '-') {
      advance(Whitespace.skip(source, end));
    } else if (sign != '+' && end < source.length() && source.charAt(end) == '\n') {
      advance(end + 1);
    } else {
      advance(end);
    }
  }

  private Optional<Matcher> at(Pattern pattern) {
    Matcher matcher = pattern.matcher(source).region(position, source.length());
    return matcher.lookingAt() ? Optional.of(matcher) : Optional.empty();
  }

  private void add(Kind kind, String text) {
    tokens.add(new Token(kind, text, line));
  }

  private void advance(int to) {
    for (int index = position; index < to; index++) {
      line += source.charAt(index) == '\n' ? 1 : 0;
    }
    position = to;
  }

  private JinjaException error(String message) {
    return JinjaException.at(line, new JinjaException(message));
  }
}
