package io.logitstream.model.jinja;

import java.util.List;

/** What {@code for} goes through. */
final class Iteration {
  private Iteration() {}

  /**
   * The elements of a list, the keys of a dict, the characters of a string, nothing of what is
   * undefined.
   */
  static List<Value> values(Value value) {
    if (value instanceof Value.Sequence sequence) {
      return sequence.values();
    }
    if (value instanceof Value.Mapping mapping) {
      return mapping.values().keySet().stream().map(Value::of).toList();
    }
    if (value instanceof Value.Undefined) {
      return List.of();
    }
    if (value instanceof Text text) {
      return List.copyOf(Slices.eachCodePoint(text));
    }
    throw new JinjaException("%s cannot be gone through".formatted(value.type()));
  }
}
