package io.logitstream.model.jinja;

import java.util.List;

/** {@code value.name} and {@code value[index]}. */
final class Access {
  private Access() {}

  /** What a value holds under a name; undefined where it has nothing of that name. */
  static Value attribute(Value of, String name) {
    if (of instanceof Value.Mapping mapping) {
      return mapping.values().getOrDefault(name, new Value.Undefined(name));
    }
    if (of instanceof Value.Namespace namespace) {
      return namespace.values().getOrDefault(name, new Value.Undefined(name));
    }
    if (of instanceof Value.Undefined missing) {
      throw new JinjaException("'%s' is undefined".formatted(missing.name()));
    }
    return new Value.Undefined(name);
  }

  /** The element at an index, or under a key; undefined where there is none. */
  static Value item(Value of, Value index) {
    if (of instanceof Value.Undefined missing) {
      throw new JinjaException("'%s' is undefined".formatted(missing.name()));
    }
    if (index instanceof Value.Int position) {
      if (of instanceof Value.Sequence sequence) {
        List<Value> values = sequence.values();
        long place = position.value() + (position.value() < 0 ? values.size() : 0);
        return place >= 0 && place < values.size()
            ? values.get((int) place)
            : new Value.Undefined("index " + position.value());
      }
      if (of instanceof Text text) {
        return Slices.codePoint(text, position.value());
      }
    }
    return index instanceof Text name
        ? attribute(of, name.toString())
        : new Value.Undefined(Printed.str(index).toString());
  }
}
