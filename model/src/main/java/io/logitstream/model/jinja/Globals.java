package io.logitstream.model.jinja;

import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The functions that {@code transformers} gives a template. */
final class Globals {
  private static final int MAX_RANGE = 100_000;

  static final Map<String, Value> FUNCTIONS =
      Map.of(
          "range", function(Globals::range),
          "namespace", function(arguments -> new Value.Namespace(merged("namespace", arguments))),
          "dict", function(arguments -> new Value.Mapping(merged("dict", arguments))),
          "raise_exception", function(Globals::raise));

  private Globals() {}

  /** A function object; a lambda alone would not say what it is. */
  private static Value function(Value.Function function) {
    return function;
  }

  static Value strftime(ZonedDateTime now) {
    return function(
        arguments ->
            Value.of(
                Strftime.format(
                    now, arguments.requireText("strftime_now", 0, "format").toString())));
  }

  private static Value raise(Arguments arguments) {
    throw new JinjaException(
        "the template refuses: %s"
            .formatted(Printed.str(arguments.require("raise_exception", 0, "message"))));
  }

  private static Value range(Arguments arguments) {
    List<Long> bounds =
        arguments.atMost("range", 3, Set.of()).positional().stream()
            .map(bound -> Operators.integer("an argument of range", bound))
            .toList();
    if (bounds.isEmpty()) {
      throw new JinjaException("range: argument 'stop' is missing");
    }
    long start = bounds.size() == 1 ? 0 : bounds.get(0);
    long stop = bounds.get(bounds.size() == 1 ? 0 : 1);
    long step = bounds.size() == 3 ? bounds.get(2) : 1;
    if (step == 0) {
      throw new JinjaException("range: argument 'step' is 0");
    }
    List<Value> values = new ArrayList<>();
    for (long value = start; step > 0 ? value < stop : value > stop; value += step) {
      if (values.size() == MAX_RANGE) {
        throw new JinjaException("range: over %d values".formatted(MAX_RANGE));
      }
      values.add(Value.of(value));
    }
    return new Value.Sequence(values);
  }

  private static Map<String, Value> merged(String of, Arguments arguments) {
    Map<String, Value> values = new LinkedHashMap<>();
    for (Value positional : arguments.positional()) {
      if (!(positional instanceof Value.Mapping mapping)) {
        throw new JinjaException("%s: %s, expected dict".formatted(of, positional.type()));
      }
      values.putAll(mapping.values());
    }
    values.putAll(arguments.named());
    return values;
  }
}
