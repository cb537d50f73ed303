package io.logitstream.model.jinja;

import io.logitstream.model.jinja.Token.Kind;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads a template's statements. */
final class TemplateParser extends ExpressionParser {
  private static final int MAX_DEPTH = 100;

  private int depth;
  private boolean marksGeneration;

  private TemplateParser(List<Token> tokens) {
    super(tokens);
  }

  /**
   * A whole template.
   *
   * @param marksGeneration whether it has a {@code generation} block
   */
  record Parsed(Statement.Block statements, boolean marksGeneration) {}

  static Parsed parse(String source) {
    TemplateParser parser = new TemplateParser(Lexer.tokens(source));
    Statement.Block block = parser.block(Set.of());
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected("the template's end");
    }
    return new Parsed(block, parser.marksGeneration);
  }

  /** Statements up to a block that begins with one of these names, which is not taken. */
  private Statement.Block block(Set<String> ends) {
    if (++depth > MAX_DEPTH) {
      throw unexpected("blocks nested at most %d deep".formatted(MAX_DEPTH));
    }
    List<Statement> statements = new ArrayList<>();
    while (true) {
      Token token = next();
      if (token.kind() == Kind.DATA) {
        statements.add(new Statement.Data(Text.of(token.text())));
      } else if (token.kind() == Kind.VARIABLE_BEGIN) {
        statements.add(new Statement.Print(tuple(), token.line()));
        expect(Kind.VARIABLE_END, "}}");
      } else if (token.kind() == Kind.BLOCK_BEGIN) {
        if (peek().kind() == Kind.NAME && ends.contains(peek().text())) {
          depth--;
          return new Statement.Block(statements);
        }
        statements.add(statement());
      } else if (ends.isEmpty()) {
        depth--;
        return new Statement.Block(statements);
      } else {
        throw unexpected(String.join(" or ", ends.stream().sorted().toList()));
      }
    }
  }

  /** The same, with the block that ends it. */
  private Statement.Block blockUntil(String end) {
    Statement.Block block = block(Set.of(end));
    expect(Kind.NAME, end);
    endTag();
    return block;
  }

  private void endTag() {
    expect(Kind.BLOCK_END, "%}");
  }

  private Statement statement() {
    Token tag = peek();
    return switch (name()) {
      case "if" -> ifStatement();
      case "for" -> forStatement(tag.line());
      case "set" -> set(tag.line());
      case "macro" -> macro();
      case "call" -> call();
      case "filter" -> filterBlock(tag.line());
      case "with" -> with();
      case "generation" -> {
        marksGeneration = true;
        endTag();
        yield new Statement.Generation(blockUntil("endgeneration"));
      }
      case "break" -> leave(Statement.Flow.BREAK);
      case "continue" -> leave(Statement.Flow.CONTINUE);
      default ->
          throw JinjaException.at(
              tag.line(),
              new JinjaException("the statement '%s' is not supported".formatted(tag.text())));
    };
  }

  private Statement leave(Statement.Flow flow) {
    endTag();
    return new Statement.Leave(flow);
  }

  private Statement ifStatement() {
    List<Expression> conditions = new ArrayList<>();
    List<Statement.Block> blocks = new ArrayList<>();
    conditions.add(tuple());
    endTag();
    while (true) {
      blocks.add(block(Set.of("elif", "else", "endif")));
      switch (name()) {
        case "elif" -> {
          conditions.add(tuple());
          endTag();
        }
        case "else" -> {
          conditions.add(new Expression.Literal(Value.TRUE));
          endTag();
          blocks.add(blockUntil("endif"));
          return new Statement.If(conditions, blocks);
        }
        default -> {
          endTag();
          return new Statement.If(conditions, blocks);
        }
      }
    }
  }

  private Statement forStatement(int line) {
    List<String> targets = targets();
    expect(Kind.NAME, "in");
    Expression iterated = withoutCondition();
    Expression filter = take(Kind.NAME, "if") ? expression() : null;
    if (peek().isName("recursive")) {
      throw unexpected("a loop that is not recursive, which is not supported");
    }
    endTag();
    Statement.Block body = block(Set.of("else", "endfor"));
    Statement.Block otherwise = new Statement.Block(List.of());
    if (name().equals("else")) {
      endTag();
      otherwise = blockUntil("endfor");
    } else {
      endTag();
    }
    return new Statement.For(targets, iterated, filter, body, otherwise, line);
  }

  /** A name, a name in a namespace, or several with commas between them. */
  private List<String> targets() {
    boolean bracketed = takeOperator("(");
    List<String> targets = new ArrayList<>();
    do {
      String name = name();
      targets.add(takeOperator(".") ? name + "." + name() : name);
    } while (takeOperator(","));
    if (bracketed) {
      expect(Kind.OPERATOR, ")");
    }
    return targets;
  }

  private Statement set(int line) {
    List<String> targets = targets();
    if (takeOperator("=")) {
      Expression value = tuple();
      endTag();
      return new Statement.Assignment(targets, value, line);
    }
    Optional<Statement.Filtering> filtering =
        peek().isOperator("|") ? Optional.of(filtering(line)) : Optional.empty();
    endTag();
    if (targets.size() != 1 || targets.get(0).contains(".")) {
      throw unexpected("one name that the text is set to");
    }
    return new Statement.Capture(targets.get(0), blockUntil("endset"), filtering);
  }

  private Statement.Filtering filtering(int line) {
    List<String> names = new ArrayList<>();
    List<Expression.ArgumentList> arguments = new ArrayList<>();
    while (takeOperator("|")) {
      names.add(name());
      arguments.add(optionalArguments());
    }
    return new Statement.Filtering(names, arguments, line);
  }

  private Statement filterBlock(int line) {
    List<String> names = new ArrayList<>(List.of(name()));
    List<Expression.ArgumentList> arguments = new ArrayList<>(List.of(optionalArguments()));
    Statement.Filtering rest = filtering(line);
    names.addAll(rest.names());
    arguments.addAll(rest.arguments());
    endTag();
    return new Statement.FilterBlock(
        new Statement.Filtering(names, arguments, line), blockUntil("endfilter"));
  }

  private Statement with() {
    Map<String, Expression> values = new LinkedHashMap<>();
    while (peek().kind() == Kind.NAME) {
      String name = name();
      expect(Kind.OPERATOR, "=");
      values.put(name, expression());
      takeOperator(",");
    }
    endTag();
    return new Statement.With(values, blockUntil("endwith"));
  }

  private Statement macro() {
    String name = name();
    LinkedHashMap<String, @Nullable Expression> parameters = parameters();
    endTag();
    return new Statement.Macro(name, parameters, blockUntil("endmacro"));
  }

  private LinkedHashMap<String, @Nullable Expression> parameters() {
    LinkedHashMap<String, @Nullable Expression> parameters = new LinkedHashMap<>();
    expect(Kind.OPERATOR, "(");
    while (!takeOperator(")")) {
      String parameter = name();
      parameters.put(parameter, takeOperator("=") ? expression() : null);
      if (!peek().isOperator(")")) {
        expect(Kind.OPERATOR, ",");
      }
    }
    return parameters;
  }

  private Statement call() {
    LinkedHashMap<String, @Nullable Expression> parameters =
        peek().isOperator("(") ? parameters() : new LinkedHashMap<>();
    if (!(expression() instanceof Expression.Call call)) {
      throw unexpected("a call of a macro");
    }
    endTag();
    return new Statement.CallBlock(
        call, new Statement.Macro("caller", parameters, blockUntil("endcall")));
  }
}
