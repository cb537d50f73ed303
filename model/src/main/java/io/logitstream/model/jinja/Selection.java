package io.logitstream.model.jinja;

import java.util.List;

/** The filters that keep some of many values. */
final class Selection {
  private Selection() {}

  /**
   * {@code select('test', ...)}: the values that pass a test, or are true where none is named.
   *
   * @param wanted false for {@code reject}
   */
  static List<Value> of(Value values, Arguments arguments, boolean wanted) {
    return Iteration.values(values).stream()
        .filter(each -> passes(each, arguments, 0) == wanted)
        .toList();
  }

  /** {@code selectattr('attribute', 'test', ...)}. */
  static List<Value> byAttribute(Value values, Arguments arguments, boolean wanted) {
    String name = arguments.requireText("selectattr", 0, "attribute").toString();
    return Iteration.values(values).stream()
        .filter(each -> passes(attribute(each, name), arguments, 1) == wanted)
        .toList();
  }

  /** An attribute, or an attribute of it, and so on: {@code a.b}. */
  static Value attribute(Value value, String dotted) {
    Value found = value;
    for (String name : dotted.split("\\.", -1)) {
      found = Access.attribute(found, name);
    }
    return found;
  }

  private static boolean passes(Value value, Arguments arguments, int position) {
    if (arguments.positional().size() <= position) {
      return value.isTrue();
    }
    String test = arguments.requireText("select", position, "test").toString();
    return Tests.test(
        test,
        value,
        new Arguments(
            arguments.positional().subList(position + 1, arguments.positional().size()),
            arguments.named()));
  }
}
