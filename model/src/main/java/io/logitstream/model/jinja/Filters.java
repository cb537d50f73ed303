package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Jinja's filters, as far as chat templates use them. */
final class Filters {
  private Filters() {}

  static Value apply(String name, Value value, Arguments arguments) {
    return switch (name) {
      case "trim" -> Methods.strip(Printed.str(value), name, arguments, true, true);
      case "upper" -> upper(Printed.str(value));
      case "lower" -> lower(Printed.str(value));
      case "title" -> title(Printed.str(value));
      case "capitalize" -> Methods.call(Printed.str(value), "capitalize", arguments);
      case "replace" -> Methods.replace(Printed.str(value), arguments);
      case "string" -> Printed.str(value);
      case "safe" -> value;
      case "indent" -> indent(Printed.str(value), arguments);
      case "tojson" -> json(value, arguments);
      case "length", "count" -> Value.of(length(value));
      case "default", "d" -> defaulted(value, arguments);
      case "join" -> join(value, arguments);
      case "list" -> new Value.Sequence(Iteration.values(value));
      case "first" -> Iteration.values(value).stream().findFirst().orElse(missing("first"));
      case "last" -> last(Iteration.values(value));
      case "reverse" -> Slices.of(sliceable(value), null, null, -1L);
      case "unique" ->
          new Value.Sequence(List.copyOf(new LinkedHashSet<>(Iteration.values(value))));
      case "sort" -> sorted(value, arguments);
      case "items" ->
          value instanceof Value.Mapping mapping ? Methods.items(mapping) : empty(value);
      case "dictsort" -> dictsort(value);
      case "int" -> integer(value, arguments);
      case "float" -> new Value.Real(Operators.real(value));
      case "abs" -> absolute(value);
      case "map" -> mapped(value, arguments);
      case "select" -> new Value.Sequence(Selection.of(value, arguments, true));
      case "reject" -> new Value.Sequence(Selection.of(value, arguments, false));
      case "selectattr" -> new Value.Sequence(Selection.byAttribute(value, arguments, true));
      case "rejectattr" -> new Value.Sequence(Selection.byAttribute(value, arguments, false));
      default -> throw new JinjaException("the filter '%s' is not supported".formatted(name));
    };
  }

  private static Value missing(String what) {
    return new Value.Undefined(what + " of nothing");
  }

  private static Text upper(Text text) {
    return text.mapped(text.toString().toUpperCase(Locale.ROOT));
  }

  private static Text lower(Text text) {
    return text.mapped(text.toString().toLowerCase(Locale.ROOT));
  }

  /** Jinja's own, not Python's: a word begins after a space, a hyphen or a bracket. */
  private static Text title(Text text) {
    StringBuilder titled = new StringBuilder();
    boolean begins = true;
    for (char character : text.toString().toCharArray()) {
      titled.append(begins ? Character.toUpperCase(character) : Character.toLowerCase(character));
      begins = Whitespace.is(character) || "-({[<".indexOf(character) >= 0;
    }
    return text.mapped(titled.toString());
  }

  private static Value last(List<Value> values) {
    return values.isEmpty() ? missing("last") : values.get(values.size() - 1);
  }

  private static Value sliceable(Value value) {
    return value instanceof Text ? value : new Value.Sequence(Iteration.values(value));
  }

  private static Value empty(Value value) {
    if (value instanceof Value.Undefined) {
      return new Value.Sequence(List.of());
    }
    throw new JinjaException("items: %s, expected dict".formatted(value.type()));
  }

  private static long length(Value value) {
    return value instanceof Text text ? Slices.codePoints(text) : Iteration.values(value).size();
  }

  private static Value defaulted(Value value, Arguments arguments) {
    arguments.atMost("default", 2, Set.of("default_value", "boolean"));
    boolean ofFalse = arguments.get(1, "boolean").orElse(Value.FALSE).isTrue();
    return value instanceof Value.Undefined || (ofFalse && !value.isTrue())
        ? arguments.get(0, "default_value").orElse(Text.EMPTY)
        : value;
  }

  private static Value join(Value value, Arguments arguments) {
    arguments.atMost("join", 2, Set.of("d", "attribute"));
    Text separator = Printed.str(arguments.get(0, "d").orElse(Text.EMPTY));
    Value parts =
        arguments
            .get(1, "attribute")
            .<Value>map(name -> attributes(value, name.toString()))
            .orElse(value);
    return Methods.join(separator, parts);
  }

  private static Value.Sequence attributes(Value value, String name) {
    return new Value.Sequence(
        Iteration.values(value).stream().map(each -> Selection.attribute(each, name)).toList());
  }

  /** {@code map('filter', ...)} or {@code map(attribute='name')}. */
  private static Value mapped(Value value, Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      arguments.atMost("map", 0, Set.of("attribute", "default"));
      String name = arguments.requireText("map", 0, "attribute").toString();
      return new Value.Sequence(
          attributes(value, name).values().stream()
              .map(
                  each ->
                      each instanceof Value.Undefined
                          ? arguments.get(1, "default").orElse(each)
                          : each)
              .toList());
    }
    String filter = arguments.requireText("map", 0, "filter").toString();
    Arguments rest =
        new Arguments(
            arguments.positional().subList(1, arguments.positional().size()), arguments.named());
    return new Value.Sequence(
        Iteration.values(value).stream().map(each -> apply(filter, each, rest)).toList());
  }

  private static Value sorted(Value value, Arguments arguments) {
    arguments.atMost("sort", 0, Set.of("reverse", "attribute"));
    boolean reversed = arguments.get(0, "reverse").orElse(Value.FALSE).isTrue();
    Comparator<Value> order =
        arguments
            .get(2, "attribute")
            .map(
                name ->
                    (Comparator<Value>)
                        (left, right) ->
                            Operators.order(
                                Selection.attribute(left, name.toString()),
                                Selection.attribute(right, name.toString())))
            .orElse(Operators::order);
    List<Value> values = new ArrayList<>(Iteration.values(value));
    values.sort(reversed ? order.reversed() : order);
    return new Value.Sequence(values);
  }

  private static Value dictsort(Value value) {
    if (!(value instanceof Value.Mapping mapping)) {
      throw new JinjaException("dictsort: %s, expected dict".formatted(value.type()));
    }
    List<Value> items = new ArrayList<>(Methods.items(mapping).values());
    items.sort(
        Comparator.comparing(
            item -> ((Value.Sequence) item).values().get(0).toString().toLowerCase(Locale.ROOT)));
    return new Value.Sequence(items);
  }

  private static Value integer(Value value, Arguments arguments) {
    if (value instanceof Value.Real real) {
      return Value.of((long) real.value());
    }
    if (value instanceof Text text) {
      try {
        return Value.of(Long.parseLong(text.toString().strip()));
      } catch (NumberFormatException e) {
        return arguments.get(0, "default").orElse(Value.of(0));
      }
    }
    return Value.of(Operators.integer("the value before the filter int", value));
  }

  private static Value absolute(Value value) {
    return value instanceof Value.Real real
        ? new Value.Real(Math.abs(real.value()))
        : Value.of(Math.abs(Operators.integer("the value before the filter abs", value)));
  }

  /** Spaces, or the text that is given, before every line but the first and empty ones. */
  private static Text indent(Text text, Arguments arguments) {
    arguments.atMost("indent", 3, Set.of("width", "first", "blank"));
    Value width = arguments.get(0, "width").orElse(Value.of(4));
    Text by =
        width instanceof Text given
            ? given
            : Text.of(" ".repeat((int) Math.min(1000, Operators.integer("indent", width))));
    boolean first = arguments.get(1, "first").orElse(Value.FALSE).isTrue();
    boolean blank = arguments.get(2, "blank").orElse(Value.FALSE).isTrue();
    TextBuilder indented = new TextBuilder();
    List<Text> lines = Splitting.pieces(text, "\n");
    for (int line = 0; line < lines.size(); line++) {
      boolean moved = line == 0 ? first : blank || lines.get(line).isTrue();
      indented
          .append(line == 0 ? "" : "\n")
          .append(moved ? by : Text.EMPTY)
          .append(lines.get(line));
    }
    return indented.toText();
  }

  private static Text json(Value value, Arguments arguments) {
    arguments.atMost("tojson", 0, Set.of("ensure_ascii", "indent", "sort_keys"));
    if (arguments.get(0, "ensure_ascii").orElse(Value.FALSE).isTrue()) {
      throw new JinjaException("tojson: ensure_ascii=true is not supported");
    }
    Value indent = arguments.get(1, "indent").orElse(Value.NONE);
    return Printed.json(
        value,
        indent instanceof Value.None
            ? -1
            : (int) Math.min(100, Operators.integer("tojson: argument 'indent'", indent)),
        arguments.get(2, "sort_keys").orElse(Value.FALSE).isTrue());
  }
}
