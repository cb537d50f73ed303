package io.logitstream.model.jinja;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A value of a template, with the meaning that Python gives it. */
public sealed interface Value
    permits Text,
        Value.None,
        Value.Undefined,
        Value.Bool,
        Value.Int,
        Value.Real,
        Value.Sequence,
        Value.Mapping,
        Value.Namespace,
        Value.Function {
  /** What {@code if} makes of it. */
  boolean isTrue();

  /** Python's name of its type, for errors. */
  String type();

  /** Nothing: Python's None. */
  Value NONE = new None();

  Value TRUE = new Bool(true);
  Value FALSE = new Bool(false);

  static Value of(boolean value) {
    return value ? TRUE : FALSE;
  }

  static Value of(long value) {
    return new Int(value);
  }

  static Value of(String value) {
    return Text.of(value);
  }

  /** Python's None. */
  record None() implements Value {
    @Override
    public boolean isTrue() {
      return false;
    }

    @Override
    public String type() {
      return "None";
    }
  }

  /**
   * What a name that nobody set stands for: printed as nothing, false, and an error in everything
   * else.
   *
   * @param name what was looked for
   */
  record Undefined(String name) implements Value {
    @Override
    public boolean isTrue() {
      return false;
    }

    @Override
    public String type() {
      return "undefined";
    }
  }

  record Bool(boolean value) implements Value {
    @Override
    public boolean isTrue() {
      return value;
    }

    @Override
    public String type() {
      return "bool";
    }
  }

  record Int(long value) implements Value {
    @Override
    public boolean isTrue() {
      return value != 0;
    }

    @Override
    public String type() {
      return "int";
    }
  }

  record Real(double value) implements Value {
    @Override
    public boolean isTrue() {
      return value != 0;
    }

    @Override
    public String type() {
      return "float";
    }
  }

  /** A list, or a tuple, which is written with other brackets; nothing can change it. */
  record Sequence(List<Value> values, boolean isTuple) implements Value {
    public Sequence {
      values = List.copyOf(values);
    }

    public Sequence(List<Value> values) {
      this(values, false);
    }

    static Sequence tuple(List<Value> values) {
      return new Sequence(values, true);
    }

    @Override
    public boolean isTrue() {
      return !values.isEmpty();
    }

    @Override
    public String type() {
      return isTuple ? "tuple" : "list";
    }
  }

  /** A dict with strings as keys, in the order of their insertion; nothing can change it. */
  record Mapping(Map<String, Value> values) implements Value {
    public Mapping {
      values = Collections.unmodifiableMap(new LinkedHashMap<>(values));
    }

    @Override
    public boolean isTrue() {
      return !values.isEmpty();
    }

    @Override
    public String type() {
      return "dict";
    }
  }

  /** A {@code namespace(...)}: the one thing that assignments reach into. */
  record Namespace(Map<String, Value> values) implements Value {
    @Override
    public boolean isTrue() {
      return true;
    }

    @Override
    public String type() {
      return "namespace";
    }
  }

  /** Something that can be called: a macro or a function of the environment. */
  non-sealed interface Function extends Value {
    Value call(Arguments arguments);

    @Override
    default boolean isTrue() {
      return true;
    }

    @Override
    default String type() {
      return "function";
    }
  }
}
