package io.logitstream.model.jinja;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The name {@code loop} inside a loop. */
final class Loop {
  private Loop() {}

  static Value at(List<Value> values, int index) {
    int length = values.size();
    Map<String, Value> names = new HashMap<>();
    names.put("index", Value.of(index + 1));
    names.put("index0", Value.of(index));
    names.put("revindex", Value.of(length - index));
    names.put("revindex0", Value.of(length - index - 1));
    names.put("first", Value.of(index == 0));
    names.put("last", Value.of(index == length - 1));
    names.put("length", Value.of(length));
    names.put("previtem", index == 0 ? none("previtem") : values.get(index - 1));
    names.put("nextitem", index == length - 1 ? none("nextitem") : values.get(index + 1));
    Value.Function cycle =
        arguments -> {
          if (arguments.positional().isEmpty()) {
            throw new JinjaException("loop.cycle: no values");
          }
          return arguments.positional().get(index % arguments.positional().size());
        };
    names.put("cycle", cycle);
    return new Value.Mapping(names);
  }

  private static Value none(String name) {
    return new Value.Undefined("loop." + name);
  }
}
