package io.logitstream.model.jinja;

import io.logitstream.model.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads what no operator takes apart: literals, names, brackets, and what follows them directly.
 */
abstract class PrimaryParser extends TokenCursor {
  private static final Map<String, Value> CONSTANTS =
      Map.of(
          "true",
          Value.TRUE,
          "True",
          Value.TRUE,
          "false",
          Value.FALSE,
          "False",
          Value.FALSE,
          "none",
          Value.NONE,
          "None",
          Value.NONE);

  PrimaryParser(List<Token> tokens) {
    super(tokens);
  }

  /** An expression of any kind. */
  abstract Expression expression();

  /** An expression, or several with commas between them, which are a tuple. */
  Expression tuple() {
    Expression first = expression();
    if (!peek().isOperator(",")) {
      return first;
    }
    List<Expression> elements = new ArrayList<>(List.of(first));
    while (takeOperator(",") && startsExpression()) {
      elements.add(expression());
    }
    return new Expression.TupleOf(elements);
  }

  private boolean startsExpression() {
    Token token = peek();
    return token.kind() != Kind.BLOCK_END
        && token.kind() != Kind.VARIABLE_END
        && !token.isOperator(")")
        && !token.isOperator("=");
  }

  final Expression primary() {
    Token token = next();
    switch (token.kind()) {
      case NAME:
        Value constant = CONSTANTS.get(token.text());
        return constant != null
            ? new Expression.Literal(constant)
            : new Expression.Name(token.text());
      case STRING:
        StringBuilder text = new StringBuilder(token.text());
        while (peek().kind() == Kind.STRING) {
          text.append(next().text());
        }
        return new Expression.Literal(Text.of(text.toString()));
      case INTEGER:
        return new Expression.Literal(Value.of(integer(token)));
      case FLOAT:
        return new Expression.Literal(
            new Value.Real(Double.parseDouble(token.text().replace("_", ""))));
      case OPERATOR:
        return bracketed(token);
      case DATA, VARIABLE_BEGIN, VARIABLE_END, BLOCK_BEGIN, BLOCK_END, END:
        break;
    }
    if (token.kind() != Kind.END) {
      back();
    }
    throw unexpected("an expression");
  }

  private static long integer(Token token) {
    try {
      return Long.parseLong(token.text().replace("_", ""));
    } catch (NumberFormatException e) {
      throw JinjaException.at(
          token.line(), new JinjaException("%s is too large".formatted(token.text())));
    }
  }

  private Expression bracketed(Token opening) {
    switch (opening.text()) {
      case "(":
        if (takeOperator(")")) {
          return new Expression.TupleOf(List.of());
        }
        Expression inner = tuple();
        expect(Kind.OPERATOR, ")");
        return inner;
      case "[":
        List<Expression> elements = new ArrayList<>();
        while (!takeOperator("]")) {
          elements.add(expression());
          if (!peek().isOperator("]")) {
            expect(Kind.OPERATOR, ",");
          }
        }
        return new Expression.ListOf(elements);
      case "{":
        List<Expression> keysAndValues = new ArrayList<>();
        while (!takeOperator("}")) {
          keysAndValues.add(expression());
          expect(Kind.OPERATOR, ":");
          keysAndValues.add(expression());
          if (!peek().isOperator("}")) {
            expect(Kind.OPERATOR, ",");
          }
        }
        return new Expression.DictOf(keysAndValues);
      default:
        back();
        throw unexpected("an expression");
    }
  }

  final Expression suffixes(Expression value) {
    Expression whole = value;
    while (true) {
      int line = peek().line();
      if (takeOperator(".")) {
        whole =
            peek().kind() == Kind.INTEGER
                ? new Expression.Item(
                    whole, new Expression.Literal(Value.of(integer(next()))), line)
                : new Expression.Attribute(whole, name(), line);
      } else if (takeOperator("[")) {
        whole = subscript(whole, line);
      } else if (peek().isOperator("(")) {
        whole = new Expression.Call(whole, arguments(), line);
      } else {
        return whole;
      }
    }
  }

  private Expression subscript(Expression of, int line) {
    @Nullable Expression[] bounds = new Expression[3];
    int colons = 0;
    while (!takeOperator("]")) {
      if (takeOperator(":") && colons < 2) {
        colons++;
      } else if (bounds[colons] == null) {
        bounds[colons] = expression();
      } else {
        throw unexpected("']'");
      }
    }
    Expression index = bounds[0];
    if (colons > 0) {
      return new Expression.Slice(of, index, bounds[1], bounds[2], line);
    }
    if (index == null) {
      throw unexpected("an index");
    }
    return new Expression.Item(of, index, line);
  }

  final Expression.ArgumentList arguments() {
    expect(Kind.OPERATOR, "(");
    List<Expression> positional = new ArrayList<>();
    Map<String, Expression> named = new LinkedHashMap<>();
    while (!takeOperator(")")) {
      if (peek().kind() == Kind.NAME && peekAfter().isOperator("=")) {
        String name = name();
        expect(Kind.OPERATOR, "=");
        named.put(name, expression());
      } else {
        positional.add(expression());
      }
      if (!peek().isOperator(")")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return new Expression.ArgumentList(positional, named);
  }

  final Expression.ArgumentList optionalArguments() {
    return peek().isOperator("(") ? arguments() : Expression.ArgumentList.NONE;
  }
}
