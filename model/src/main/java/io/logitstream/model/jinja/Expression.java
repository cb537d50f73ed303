package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An expression of a template. */
interface Expression {
  /** What it is worth where a scope says what its names mean. */
  Value evaluate(Scope scope);

  record Literal(Value value) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return value;
    }
  }

  record Name(String name) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return scope.get(name);
    }
  }

  record ListOf(List<Expression> elements) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return new Value.Sequence(elements.stream().map(each -> each.evaluate(scope)).toList());
    }
  }

  record TupleOf(List<Expression> elements) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return Value.Sequence.tuple(elements.stream().map(each -> each.evaluate(scope)).toList());
    }
  }

  /** Keys and values in turn. */
  record DictOf(List<Expression> keysAndValues) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      Map<String, Value> values = new LinkedHashMap<>();
      for (int index = 0; index < keysAndValues.size(); index += 2) {
        Value key = keysAndValues.get(index).evaluate(scope);
        if (!(key instanceof Text)) {
          throw new JinjaException("a dict's key is %s, expected str".formatted(key.type()));
        }
        values.put(key.toString(), keysAndValues.get(index + 1).evaluate(scope));
      }
      return new Value.Mapping(values);
    }
  }

  /** {@code of.name} */
  record Attribute(Expression of, String name, int line) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(line, () -> Access.attribute(of.evaluate(scope), name));
    }
  }

  /** {@code of[index]} */
  record Item(Expression of, Expression index, int line) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(
          line, () -> Access.item(of.evaluate(scope), index.evaluate(scope)));
    }
  }

  /** {@code of[start:stop:step]} */
  record Slice(
      Expression of,
      @Nullable Expression start,
      @Nullable Expression stop,
      @Nullable Expression step,
      int line)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(
          line,
          () ->
              Slices.of(
                  of.evaluate(scope), bound(start, scope), bound(stop, scope), bound(step, scope)));
    }

    private static @Nullable Long bound(@Nullable Expression expression, Scope scope) {
      Value value = expression == null ? Value.NONE : expression.evaluate(scope);
      if (value instanceof Value.None) {
        return null;
      }
      return Operators.integer("a slice's bound", value);
    }
  }

  /** The arguments of a call, before they are evaluated. */
  record ArgumentList(List<Expression> positional, Map<String, Expression> named) {
    static final ArgumentList NONE = new ArgumentList(List.of(), Map.of());

    Arguments evaluate(Scope scope) {
      List<Value> values = new ArrayList<>();
      positional.forEach(each -> values.add(each.evaluate(scope)));
      Map<String, Value> byName = new LinkedHashMap<>();
      named.forEach((name, each) -> byName.put(name, each.evaluate(scope)));
      return new Arguments(values, byName);
    }
  }

  /** {@code callee(arguments)}, a method of a value or a function. */
  record Call(Expression callee, ArgumentList arguments, int line) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      scope.step(line);
      scope.enterCall();
      try {
        return JinjaException.located(line, () -> called(scope));
      } finally {
        scope.leaveCall();
      }
    }

    private Value called(Scope scope) {
      if (callee instanceof Attribute method) {
        Value base = method.of().evaluate(scope);
        if (Methods.has(base, method.name())) {
          return Methods.call(base, method.name(), arguments.evaluate(scope));
        }
        return function(Access.attribute(base, method.name()), scope);
      }
      return function(callee.evaluate(scope), scope);
    }

    private Value function(Value value, Scope scope) {
      if (value instanceof Value.Function function) {
        return function.call(arguments.evaluate(scope));
      }
      throw new JinjaException(
          value instanceof Value.Undefined missing
              ? "'%s' is undefined and cannot be called".formatted(missing.name())
              : "%s cannot be called".formatted(value.type()));
    }
  }

  /** {@code of | name(arguments)} */
  record Filtered(Expression of, String name, ArgumentList arguments, int line)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      scope.step(line);
      return JinjaException.located(
          line, () -> Filters.apply(name, of.evaluate(scope), arguments.evaluate(scope)));
    }
  }

  /** {@code of is name(arguments)} */
  record Tested(Expression of, String name, ArgumentList arguments, int line)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(
          line, () -> Value.of(Tests.test(name, of.evaluate(scope), arguments.evaluate(scope))));
    }
  }

  record Not(Expression of) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return Value.of(!of.evaluate(scope).isTrue());
    }
  }

  /** Python's {@code and}: one of the two values, not a truth value. */
  record And(Expression left, Expression right) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      Value value = left.evaluate(scope);
      return value.isTrue() ? right.evaluate(scope) : value;
    }
  }

  record Or(Expression left, Expression right) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      Value value = left.evaluate(scope);
      return value.isTrue() ? value : right.evaluate(scope);
    }
  }

  /** {@code then if condition else otherwise} */
  record Conditional(Expression condition, Expression then, @Nullable Expression otherwise)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      if (condition.evaluate(scope).isTrue()) {
        return then.evaluate(scope);
      }
      return otherwise == null
          ? new Value.Undefined("the inline if expression without else")
          : otherwise.evaluate(scope);
    }
  }

  /** A sign before a number. */
  record Signed(String sign, Expression of, int line) implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(line, () -> Operators.signed(sign, of.evaluate(scope)));
    }
  }

  record Binary(Expression left, String operator, Expression right, int line)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(
          line, () -> Operators.binary(left.evaluate(scope), operator, right.evaluate(scope)));
    }
  }

  /** {@code first < second <= third ...}, each compared with the one before it. */
  record Comparison(Expression first, List<String> operators, List<Expression> others, int line)
      implements Expression {
    @Override
    public Value evaluate(Scope scope) {
      return JinjaException.located(line, () -> Value.of(holds(scope)));
    }

    private boolean holds(Scope scope) {
      Value left = first.evaluate(scope);
      for (int index = 0; index < others.size(); index++) {
        Value right = others.get(index).evaluate(scope);
        if (!Operators.compare(left, operators.get(index), right)) {
          return false;
        }
        left = right;
      }
      return true;
    }
  }
}
