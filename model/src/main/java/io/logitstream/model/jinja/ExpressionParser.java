package io.logitstream.model.jinja;

import io.logitstream.model.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads expressions, each method one level of precedence, from the loosest to the tightest. */
class ExpressionParser extends PrimaryParser {
  private static final int MAX_DEPTH = 100;
  private static final Set<String> COMPARISONS = Set.of("==", "!=", "<", "<=", ">", ">=");
  private int depth;

  ExpressionParser(List<Token> tokens) {
    super(tokens);
  }

  @Override
  final Expression expression() {
    enter();
    Expression value = or();
    while (take(Kind.NAME, "if")) {
      Expression condition = or();
      value =
          new Expression.Conditional(
              condition, value, take(Kind.NAME, "else") ? expression() : null);
    }
    depth--;
    return value;
  }

  /** An expression that an {@code if} may follow which is not its own, as in a loop's head. */
  final Expression withoutCondition() {
    return or();
  }

  private Expression or() {
    Expression left = and();
    while (take(Kind.NAME, "or")) {
      left = new Expression.Or(left, and());
    }
    return left;
  }

  private Expression and() {
    Expression left = not();
    while (take(Kind.NAME, "and")) {
      left = new Expression.And(left, not());
    }
    return left;
  }

  private Expression not() {
    if (take(Kind.NAME, "not")) {
      enter();
      Expression negated = new Expression.Not(not());
      depth--;
      return negated;
    }
    return comparison();
  }

  private Expression comparison() {
    int line = peek().line();
    Expression first = sum();
    List<String> operators = new ArrayList<>();
    List<Expression> others = new ArrayList<>();
    while (true) {
      if (peek().kind() == Kind.OPERATOR && COMPARISONS.contains(peek().text())) {
        operators.add(next().text());
      } else if (take(Kind.NAME, "in")) {
        operators.add("in");
      } else if (peek().isName("not") && peekAfter().isName("in")) {
        next();
        next();
        operators.add("not in");
      } else {
        return operators.isEmpty()
            ? first
            : new Expression.Comparison(first, operators, others, line);
      }
      others.add(sum());
    }
  }

  private Expression sum() {
    Expression left = concatenation();
    while (peek().isOperator("+") || peek().isOperator("-")) {
      Token operator = next();
      left = new Expression.Binary(left, operator.text(), concatenation(), operator.line());
    }
    return left;
  }

  private Expression concatenation() {
    Expression left = product();
    while (peek().isOperator("~")) {
      Token operator = next();
      left = new Expression.Binary(left, "~", product(), operator.line());
    }
    return left;
  }

  private Expression product() {
    Expression left = power();
    while (peek().isOperator("*")
        || peek().isOperator("/")
        || peek().isOperator("//")
        || peek().isOperator("%")) {
      Token operator = next();
      left = new Expression.Binary(left, operator.text(), power(), operator.line());
    }
    return left;
  }

  private Expression power() {
    Expression left = signed(true);
    while (peek().isOperator("**")) {
      Token operator = next();
      left = new Expression.Binary(left, "**", signed(true), operator.line());
    }
    return left;
  }

  private Expression signed(boolean filtered) {
    if (peek().isOperator("-") || peek().isOperator("+")) {
      enter();
      Token sign = next();
      Expression value = new Expression.Signed(sign.text(), signed(false), sign.line());
      depth--;
      return filtered ? filtersAndTests(value) : value;
    }
    Expression value = suffixes(primary());
    return filtered ? filtersAndTests(value) : value;
  }

  private Expression filtersAndTests(Expression value) {
    Expression whole = value;
    while (true) {
      int line = peek().line();
      if (takeOperator("|")) {
        String name = name();
        whole = new Expression.Filtered(whole, name, optionalArguments(), line);
      } else if (take(Kind.NAME, "is")) {
        whole = test(whole, line);
      } else if (peek().isOperator("(") || peek().isOperator("[") || peek().isOperator(".")) {
        whole = suffixes(whole);
      } else {
        return whole;
      }
    }
  }

  /** The argument of a test needs no brackets: {@code x is divisibleby 3}. */
  private Expression test(Expression value, int line) {
    boolean negated = take(Kind.NAME, "not");
    String name = name();
    Expression.ArgumentList arguments = optionalArguments();
    if (arguments == Expression.ArgumentList.NONE && startsTestArgument()) {
      arguments = new Expression.ArgumentList(List.of(suffixes(primary())), Map.of());
    }
    Expression test = new Expression.Tested(value, name, arguments, line);
    return negated ? new Expression.Not(test) : test;
  }

  private boolean startsTestArgument() {
    Token token = peek();
    return switch (token.kind()) {
      case NAME -> !Set.of("else", "or", "and", "if", "is", "in", "not").contains(token.text());
      case STRING, INTEGER, FLOAT -> true;
      case OPERATOR -> token.isOperator("[") || token.isOperator("{");
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END -> false;
    };
  }

  private void enter() {
    if (++depth > MAX_DEPTH) {
      throw JinjaException.at(
          peek().line(),
          new JinjaException("expressions nested more than %d deep".formatted(MAX_DEPTH)));
    }
  }
}
