package io.logitstream.model.jinja;

import java.util.Locale;

/** Jinja's tests: {@code value is name(argument)}. */
final class Tests {
  private Tests() {}

  static boolean test(String name, Value value, Arguments arguments) {
    return switch (name) {
      case "defined" -> !(value instanceof Value.Undefined);
      case "undefined" -> value instanceof Value.Undefined;
      case "none" -> value instanceof Value.None;
      case "true" -> value.equals(Value.TRUE);
      case "false" -> value.equals(Value.FALSE);
      case "boolean" -> value instanceof Value.Bool;
      case "string" -> value instanceof Text;
      case "mapping" -> value instanceof Value.Mapping;
      case "integer" -> value instanceof Value.Int;
      case "float" -> value instanceof Value.Real;
      case "number" -> Operators.isNumber(value);
      case "callable" -> value instanceof Value.Function;
      case "sequence", "iterable" ->
          value instanceof Text
              || value instanceof Value.Sequence
              || value instanceof Value.Mapping
              || value instanceof Value.Undefined;
      case "odd" -> Math.floorMod(Operators.integer("the value of 'odd'", value), 2L) == 1;
      case "even" -> Math.floorMod(Operators.integer("the value of 'even'", value), 2L) == 0;
      case "divisibleby" ->
          Math.floorMod(
                  Operators.integer("the value of 'divisibleby'", value),
                  Operators.integer("its argument", arguments.require(name, 0, "num")))
              == 0;
      case "in" -> Operators.contains(arguments.require(name, 0, "seq"), value);
      case "equalto", "eq", "==" -> Operators.equal(value, arguments.require(name, 0, "other"));
      case "ne", "!=" -> !Operators.equal(value, arguments.require(name, 0, "other"));
      case "sameas" -> value.equals(arguments.require(name, 0, "other"));
      case "lt", "lessthan", "<" -> Operators.order(value, arguments.require(name, 0, "b")) < 0;
      case "le", "<=" -> Operators.order(value, arguments.require(name, 0, "b")) <= 0;
      case "gt", "greaterthan", ">" -> Operators.order(value, arguments.require(name, 0, "b")) > 0;
      case "ge", ">=" -> Operators.order(value, arguments.require(name, 0, "b")) >= 0;
      case "lower" -> value.toString().equals(value.toString().toLowerCase(Locale.ROOT));
      case "upper" -> value.toString().equals(value.toString().toUpperCase(Locale.ROOT));
      default -> throw new JinjaException("the test '%s' is not supported".formatted(name));
    };
  }
}
