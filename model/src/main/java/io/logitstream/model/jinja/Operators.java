package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/** Arithmetic and comparisons as Python does them. */
final class Operators {
  private static final int MAX_REPEATED = 1_000_000;

  private Operators() {}

  static Value signed(String sign, Value value) {
    if (value instanceof Value.Real real) {
      return sign.equals("-") ? new Value.Real(-real.value()) : real;
    }
    long integer = integer("the operand of " + sign, value);
    return Value.of(sign.equals("-") ? Math.negateExact(integer) : integer);
  }

  static Value binary(Value left, String operator, Value right) {
    if (operator.equals("~")) {
      return Printed.str(left).plus(Printed.str(right));
    }
    if (isNumber(left) && isNumber(right)) {
      return left instanceof Value.Real || right instanceof Value.Real || operator.equals("/")
          ? reals(real(left), operator, real(right))
          : integers(integer("", left), operator, integer("", right));
    }
    if (operator.equals("+") && left instanceof Text text && right instanceof Text other) {
      return text.plus(other);
    }
    if (operator.equals("+")
        && left instanceof Value.Sequence sequence
        && right instanceof Value.Sequence other) {
      List<Value> all = new ArrayList<>(sequence.values());
      all.addAll(other.values());
      return new Value.Sequence(all, sequence.isTuple());
    }
    if (operator.equals("*") && left instanceof Text text && right instanceof Value.Int times) {
      return repeated(text, times.value());
    }
    if (operator.equals("*") && left instanceof Value.Int times && right instanceof Text text) {
      return repeated(text, times.value());
    }
    throw new JinjaException(
        "'%s' of %s and %s is not possible".formatted(operator, named(left), named(right)));
  }

  private static String named(Value value) {
    return value instanceof Value.Undefined missing
        ? "'%s', which is undefined,".formatted(missing.name())
        : value.type();
  }

  private static Text repeated(Text text, long times) {
    if (times * Math.max(1, text.length()) > MAX_REPEATED) {
      throw new JinjaException("a text repeated %d times".formatted(times));
    }
    TextBuilder all = new TextBuilder();
    for (long time = 0; time < times; time++) {
      all.append(text);
    }
    return all.toText();
  }

  private static Value integers(long left, String operator, long right) {
    try {
      return Value.of(
          switch (operator) {
            case "+" -> Math.addExact(left, right);
            case "-" -> Math.subtractExact(left, right);
            case "*" -> Math.multiplyExact(left, right);
            case "//" -> Math.floorDiv(left, right);
            case "%" -> Math.floorMod(left, right);
            case "**" -> power(left, right);
            default -> throw new JinjaException("unknown operator " + operator);
          });
    } catch (ArithmeticException e) {
      throw new JinjaException("%d %s %d: %s".formatted(left, operator, right, e.getMessage()));
    }
  }

  private static long power(long base, long exponent) {
    if (exponent < 0 || exponent > 63) {
      throw new JinjaException("an exponent of %d, expected 0 to 63".formatted(exponent));
    }
    long power = 1;
    for (long time = 0; time < exponent; time++) {
      power = Math.multiplyExact(power, base);
    }
    return power;
  }

  private static Value reals(double left, String operator, double right) {
    if (right == 0 && (operator.equals("/") || operator.equals("//") || operator.equals("%"))) {
      throw new JinjaException("division by zero");
    }
    return new Value.Real(
        switch (operator) {
          case "+" -> left + right;
          case "-" -> left - right;
          case "*" -> left * right;
          case "/" -> left / right;
          case "//" -> Math.floor(left / right);
          case "%" -> left - right * Math.floor(left / right);
          case "**" -> Math.pow(left, right);
          default -> throw new JinjaException("unknown operator " + operator);
        });
  }

  static boolean compare(Value left, String operator, Value right) {
    return switch (operator) {
      case "==" -> equal(left, right);
      case "!=" -> !equal(left, right);
      case "in" -> contains(right, left);
      case "not in" -> !contains(right, left);
      case "<" -> order(left, right) < 0;
      case "<=" -> order(left, right) <= 0;
      case ">" -> order(left, right) > 0;
      case ">=" -> order(left, right) >= 0;
      default -> throw new JinjaException("unknown operator " + operator);
    };
  }

  /** 1 equals 1.0 and true; texts, lists and dicts are equal by their parts. */
  static boolean equal(Value left, Value right) {
    if (isNumber(left) && isNumber(right)) {
      return real(left) == real(right);
    }
    if (left instanceof Value.Sequence some && right instanceof Value.Sequence others) {
      Iterator<Value> other = others.values().iterator();
      return some.isTuple() == others.isTuple()
          && some.values().size() == others.values().size()
          && some.values().stream().allMatch(value -> equal(value, other.next()));
    }
    if (left instanceof Value.Mapping some && right instanceof Value.Mapping others) {
      return some.values().keySet().equals(others.values().keySet())
          && some.values().entrySet().stream()
              .allMatch(each -> equal(each.getValue(), value(others, each)));
    }
    if (left instanceof Value.Undefined && right instanceof Value.Undefined) {
      return true;
    }
    return left.equals(right);
  }

  private static Value value(Value.Mapping mapping, Map.Entry<String, Value> entry) {
    return mapping.values().getOrDefault(entry.getKey(), Value.NONE);
  }

  static boolean contains(Value container, Value value) {
    if (container instanceof Text text && value instanceof Text part) {
      return text.toString().contains(part.toString());
    }
    if (container instanceof Value.Sequence sequence) {
      return sequence.values().stream().anyMatch(each -> equal(each, value));
    }
    if (container instanceof Value.Mapping mapping) {
      return value instanceof Text key && mapping.values().containsKey(key.toString());
    }
    if (container instanceof Value.Undefined) {
      return false;
    }
    throw new JinjaException(
        "'in' of %s and %s is not possible".formatted(named(value), named(container)));
  }

  /** Under 0, 0 or over it, as the first comes before, with or after the second. */
  static int order(Value left, Value right) {
    if (isNumber(left) && isNumber(right)) {
      return Double.compare(real(left), real(right));
    }
    if (left instanceof Text text && right instanceof Text other) {
      return text.toString().compareTo(other.toString());
    }
    throw new JinjaException("%s and %s have no order".formatted(named(left), named(right)));
  }

  /** A whole number; true is 1, as in Python. */
  static long integer(String what, Value value) {
    if (value instanceof Value.Int integer) {
      return integer.value();
    }
    if (value instanceof Value.Bool bool) {
      return bool.value() ? 1 : 0;
    }
    throw new JinjaException("%s is %s, expected int".formatted(what, named(value)));
  }

  static boolean isNumber(Value value) {
    return value instanceof Value.Int || value instanceof Value.Real || value instanceof Value.Bool;
  }

  static double real(Value value) {
    return value instanceof Value.Real number ? number.value() : integer("a number", value);
  }
}
