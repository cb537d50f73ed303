package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A statement of a template. */
interface Statement {
  /** Where a loop goes on after a statement. */
  enum Flow {
    NEXT,
    CONTINUE,
    BREAK
  }

  /** Writes what it has to write, and sets what it has to set. */
  Flow execute(Scope scope, TextBuilder out);

  /** Statements in their order, up to one that leaves the loop or its round. */
  record Block(List<Statement> statements) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      for (Statement statement : statements) {
        Flow flow = statement.execute(scope, out);
        if (flow != Flow.NEXT) {
          return flow;
        }
      }
      return Flow.NEXT;
    }

    /** What it writes, by itself. */
    Text rendered(Scope scope) {
      TextBuilder out = new TextBuilder();
      execute(scope, out);
      return out.toText();
    }
  }

  /** Text as it stands in the template. */
  record Data(Text text) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      out.append(text);
      return Flow.NEXT;
    }
  }

  /** {@code {{ value }}} */
  record Print(Expression value, int line) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      scope.step(line);
      out.append(JinjaException.located(line, () -> Printed.str(value.evaluate(scope))));
      return Flow.NEXT;
    }
  }

  /** Conditions with their blocks; the last one may be {@code true}, for {@code else}. */
  record If(List<Expression> conditions, List<Block> blocks) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      for (int index = 0; index < conditions.size(); index++) {
        if (conditions.get(index).evaluate(scope).isTrue()) {
          return blocks.get(index).execute(scope, out);
        }
      }
      return Flow.NEXT;
    }
  }

  /**
   * A loop.
   *
   * @param filter which values it goes through; null: all
   */
  record For(
      List<String> targets,
      Expression iterated,
      @Nullable Expression filter,
      Block body,
      Block otherwise,
      int line)
      implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      List<Value> values = values(scope);
      if (values.isEmpty()) {
        return otherwise.execute(scope.inner(), out);
      }
      for (int index = 0; index < values.size(); index++) {
        scope.step(line);
        Scope round = scope.inner();
        round.set("loop", Loop.at(values, index));
        Assignment.assign(round, targets, values.get(index));
        if (body.execute(round, out) == Flow.BREAK) {
          break;
        }
      }
      return Flow.NEXT;
    }

    private List<Value> values(Scope scope) {
      return JinjaException.located(
          line,
          () -> {
            List<Value> all = Iteration.values(iterated.evaluate(scope));
            return filter == null ? all : filtered(scope, all, filter);
          });
    }

    private List<Value> filtered(Scope scope, List<Value> all, Expression wanted) {
      List<Value> values = new ArrayList<>();
      for (Value value : all) {
        Scope round = scope.inner();
        Assignment.assign(round, targets, value);
        if (wanted.evaluate(round).isTrue()) {
          values.add(value);
        }
      }
      return values;
    }
  }

  /** {@code break} or {@code continue} */
  record Leave(Flow flow) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      return flow;
    }
  }

  /** {@code set name = value}, or {@code set namespace.name = value}, or several names at once. */
  record Assignment(List<String> targets, Expression value, int line) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      return JinjaException.located(
          line,
          () -> {
            assign(scope, targets, value.evaluate(scope));
            return Flow.NEXT;
          });
    }

    static void assign(Scope scope, List<String> targets, Value value) {
      if (targets.size() == 1) {
        assign(scope, targets.get(0), value);
        return;
      }
      List<Value> parts = Iteration.values(value);
      if (parts.size() != targets.size()) {
        throw new JinjaException("%d values for %d names".formatted(parts.size(), targets.size()));
      }
      for (int index = 0; index < parts.size(); index++) {
        assign(scope, targets.get(index), parts.get(index));
      }
    }

    private static void assign(Scope scope, String target, Value value) {
      int dot = target.indexOf('.');
      if (dot < 0) {
        scope.set(target, value);
      } else if (scope.get(target.substring(0, dot)) instanceof Value.Namespace namespace) {
        namespace.values().put(target.substring(dot + 1), value);
      } else {
        throw new JinjaException(
            "'%s' is set, and '%s' is no namespace".formatted(target, target.substring(0, dot)));
      }
    }
  }

  /** {@code set name}, text and {@code endset}; {@code filter} is null or works on the text. */
  record Capture(String target, Block body, Optional<Filtering> filter) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      Value text = body.rendered(scope.inner());
      scope.set(target, filter.isPresent() ? filter.get().apply(text, scope) : text);
      return Flow.NEXT;
    }
  }

  /** Filters one after the other. */
  record Filtering(List<String> names, List<Expression.ArgumentList> arguments, int line) {
    Value apply(Value value, Scope scope) {
      Value filtered = value;
      for (int index = 0; index < names.size(); index++) {
        filtered =
            new Expression.Filtered(
                    new Expression.Literal(filtered), names.get(index), arguments.get(index), line)
                .evaluate(scope);
      }
      return filtered;
    }
  }

  /** {@code filter name} around text. */
  record FilterBlock(Filtering filtering, Block body) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      out.append(Printed.str(filtering.apply(body.rendered(scope.inner()), scope)));
      return Flow.NEXT;
    }
  }

  /** {@code generation}: what a model writes, as the template's author says. */
  record Generation(Block body) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      int start = out.length();
      Flow flow = body.execute(scope.inner(), out);
      out.generatedFrom(start);
      return flow;
    }
  }

  /** {@code with a = 1} around statements. */
  record With(Map<String, Expression> values, Block body) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      Scope inner = scope.inner();
      values.forEach((name, value) -> inner.set(name, value.evaluate(scope)));
      return body.execute(inner, out);
    }
  }

  /**
   * A macro.
   *
   * @param parameters names and what they are worth where the caller does not say; null: undefined
   */
  record Macro(String name, LinkedHashMap<String, @Nullable Expression> parameters, Block body)
      implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      scope.set(name, function(scope));
      return Flow.NEXT;
    }

    Value function(Scope scope) {
      Value.Function function = arguments -> call(scope, arguments);
      return function;
    }

    private Value call(Scope scope, Arguments arguments) {
      Scope inner = scope.inner();
      arguments.atMost(name, parameters.size(), names());
      int position = 0;
      for (Map.Entry<String, @Nullable Expression> parameter : parameters.entrySet()) {
        Expression absent = parameter.getValue();
        Optional<Value> given = arguments.get(position++, parameter.getKey());
        inner.set(
            parameter.getKey(),
            given.isPresent()
                ? given.get()
                : absent == null
                    ? new Value.Undefined(parameter.getKey())
                    : absent.evaluate(inner));
      }
      inner.set("caller", arguments.get(position, "caller").orElse(new Value.Undefined("caller")));
      return body.rendered(inner);
    }

    private Set<String> names() {
      Set<String> names = new HashSet<>(parameters.keySet());
      names.add("caller");
      return names;
    }
  }

  /** {@code call macro(...)} around what the macro writes with {@code caller()}. */
  record CallBlock(Expression.Call call, Macro caller) implements Statement {
    @Override
    public Flow execute(Scope scope, TextBuilder out) {
      Map<String, Expression> named = new LinkedHashMap<>(call.arguments().named());
      named.put("caller", caller::function);
      out.append(
          Printed.str(
              new Expression.Call(
                      call.callee(),
                      new Expression.ArgumentList(call.arguments().positional(), named),
                      call.line())
                  .evaluate(scope)));
      return Flow.NEXT;
    }
  }
}
