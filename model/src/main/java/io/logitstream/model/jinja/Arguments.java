package io.logitstream.model.jinja;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a function, a filter or a test is called with.
 *
 * @param positional in their order
 * @param named by name
 */
public record Arguments(List<Value> positional, Map<String, Value> named) {
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  public Arguments {
    positional = List.copyOf(positional);
    named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
  }

  /** The argument at a position, or of that name. */
  Optional<Value> get(int position, String name) {
    if (position < positional.size()) {
      return Optional.of(positional.get(position));
    }
    return Optional.ofNullable(named.get(name));
  }

  /** The same, which must be there. */
  Value require(String of, int position, String name) {
    return get(position, name)
        .orElseThrow(() -> new JinjaException("%s: argument '%s' is missing".formatted(of, name)));
  }

  /** A string argument, which must be there. */
  Text requireText(String of, int position, String name) {
    Value value = require(of, position, name);
    if (value instanceof Text text) {
      return text;
    }
    throw new JinjaException(
        "%s: argument '%s' is %s, expected str".formatted(of, name, value.type()));
  }

  /** Refuses arguments that nobody would look at. */
  Arguments atMost(String of, int positions, Set<String> names) {
    if (positional.size() > positions) {
      throw new JinjaException(
          "%s: %d arguments, expected at most %d".formatted(of, positional.size(), positions));
    }
    for (String name : named.keySet()) {
      if (!names.contains(name)) {
        throw new JinjaException("%s: argument '%s' is not supported".formatted(of, name));
      }
    }
    return this;
  }
}
