package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** The methods of Python's strings, dicts and lists that templates call; none changes its value. */
final class Methods {
  private static final Set<String> OF_TEXT =
      Set.of(
          "strip",
          "lstrip",
          "rstrip",
          "split",
          "rsplit",
          "splitlines",
          "startswith",
          "endswith",
          "upper",
          "lower",
          "title",
          "capitalize",
          "replace",
          "find",
          "rfind",
          "count",
          "join",
          "removeprefix",
          "removesuffix");
  private static final Set<String> OF_MAPPING = Set.of("items", "keys", "values", "get");
  private static final Set<String> OF_SEQUENCE = Set.of("index", "count");

  private Methods() {}

  /** Whether a value has a method of that name. */
  static boolean has(Value value, String name) {
    return (value instanceof Text && OF_TEXT.contains(name))
        || (value instanceof Value.Mapping && OF_MAPPING.contains(name))
        || (value instanceof Value.Sequence && OF_SEQUENCE.contains(name));
  }

  static Value call(Value value, String name, Arguments arguments) {
    if (value instanceof Text text) {
      return ofText(text, name, arguments);
    }
    if (value instanceof Value.Mapping mapping) {
      return ofMapping(mapping, name, arguments);
    }
    if (value instanceof Value.Sequence sequence) {
      return ofSequence(sequence, name, arguments.require(name, 0, "value"));
    }
    throw new JinjaException("%s has no method '%s'".formatted(value.type(), name));
  }

  private static Value ofMapping(Value.Mapping mapping, String name, Arguments arguments) {
    Map<String, Value> values = mapping.values();
    return switch (name) {
      case "keys" -> new Value.Sequence(values.keySet().stream().map(Value::of).toList());
      case "values" -> new Value.Sequence(List.copyOf(values.values()));
      case "items" -> items(mapping);
      default ->
          values.getOrDefault(
              arguments.requireText("get", 0, "key").toString(),
              arguments.get(1, "default").orElse(Value.NONE));
    };
  }

  /** Pairs of key and value. */
  static Value.Sequence items(Value.Mapping mapping) {
    return new Value.Sequence(
        mapping.values().entrySet().stream()
            .<Value>map(
                each -> Value.Sequence.tuple(List.of(Value.of(each.getKey()), each.getValue())))
            .toList());
  }

  private static Value ofSequence(Value.Sequence sequence, String name, Value wanted) {
    List<Value> values = sequence.values();
    if (name.equals("count")) {
      return Value.of(values.stream().filter(each -> Operators.equal(each, wanted)).count());
    }
    for (int index = 0; index < values.size(); index++) {
      if (Operators.equal(values.get(index), wanted)) {
        return Value.of(index);
      }
    }
    throw new JinjaException("index: the value is not in the list");
  }

  private static Value ofText(Text text, String name, Arguments arguments) {
    String characters = text.toString();
    return switch (name) {
      case "strip" -> strip(text, name, arguments, true, true);
      case "lstrip" -> strip(text, name, arguments, true, false);
      case "rstrip" -> strip(text, name, arguments, false, true);
      case "split", "rsplit" -> Splitting.split(text, name.equals("rsplit"), arguments);
      case "splitlines" -> Splitting.lines(text);
      case "startswith" -> Value.of(anyOf(name, arguments, characters::startsWith));
      case "endswith" -> Value.of(anyOf(name, arguments, characters::endsWith));
      case "upper" -> text.mapped(characters.toUpperCase(Locale.ROOT));
      case "lower" -> text.mapped(characters.toLowerCase(Locale.ROOT));
      case "title" -> text.mapped(title(characters));
      case "capitalize" -> text.mapped(capitalized(characters));
      case "replace" -> replace(text, arguments);
      case "find" -> position(text, characters.indexOf(part(name, arguments)));
      case "rfind" -> position(text, characters.lastIndexOf(part(name, arguments)));
      case "count" -> Value.of(Splitting.pieces(text, part(name, arguments)).size() - 1L);
      case "join" -> join(text, arguments.require(name, 0, "iterable"));
      case "removeprefix" -> {
        String prefix = part(name, arguments);
        yield characters.startsWith(prefix) ? text.substring(prefix.length()) : text;
      }
      default -> {
        String suffix = part(name, arguments);
        yield characters.endsWith(suffix)
            ? text.substring(0, characters.length() - suffix.length())
            : text;
      }
    };
  }

  private static String part(String name, Arguments arguments) {
    return arguments.atMost(name, 1, Set.of()).requireText(name, 0, "part").toString();
  }

  private static Value position(Text text, int unit) {
    return Value.of(unit < 0 ? -1 : text.toString().codePointCount(0, unit));
  }

  private static boolean anyOf(String name, Arguments arguments, Predicate<String> matches) {
    Value wanted = arguments.atMost(name, 1, Set.of()).require(name, 0, "prefix");
    if (wanted instanceof Value.Sequence several) {
      return several.values().stream().anyMatch(each -> matches.test(each.toString()));
    }
    return matches.test(part(name, arguments));
  }

  /** Whitespace at the ends, or the characters that the argument lists. */
  static Text strip(Text text, String name, Arguments arguments, boolean left, boolean right) {
    Value listed = arguments.atMost(name, 1, Set.of("chars")).get(0, "chars").orElse(Value.NONE);
    int start = 0;
    int end = text.length();
    while (left && start < end && strips(listed, text.toString().charAt(start))) {
      start++;
    }
    while (right && end > start && strips(listed, text.toString().charAt(end - 1))) {
      end--;
    }
    return text.substring(start, end);
  }

  private static boolean strips(Value listed, char character) {
    return listed instanceof Text characters
        ? characters.toString().indexOf(character) >= 0
        : Whitespace.is(character);
  }

  static Text replace(Text text, Arguments arguments) {
    String old = arguments.requireText("replace", 0, "old").toString();
    Text with = arguments.requireText("replace", 1, "new");
    if (old.isEmpty()) {
      throw new JinjaException("replace: an empty text to replace");
    }
    long most =
        arguments
            .atMost("replace", 3, Set.of("old", "new", "count"))
            .get(2, "count")
            .map(count -> Operators.integer("replace: argument 'count'", count))
            .orElse(-1L);
    TextBuilder replaced = new TextBuilder();
    int from = 0;
    for (int at = text.toString().indexOf(old); at >= 0 && most != 0; most--) {
      replaced.append(text.substring(from, at)).append(with);
      from = at + old.length();
      at = text.toString().indexOf(old, from);
    }
    return replaced.append(text.substring(from)).toText();
  }

  static Text join(Text separator, Value parts) {
    TextBuilder joined = new TextBuilder();
    boolean first = true;
    for (Value part : Iteration.values(parts)) {
      joined.append(first ? Text.EMPTY : separator).append(Printed.str(part));
      first = false;
    }
    return joined.toText();
  }

  static String capitalized(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.offsetByCodePoints(0, 1);
    return text.substring(0, first).toUpperCase(Locale.ROOT)
        + text.substring(first).toLowerCase(Locale.ROOT);
  }

  /** Each run of letters begins with a capital. */
  static String title(String text) {
    StringBuilder titled = new StringBuilder();
    boolean inWord = false;
    for (int codePoint : text.codePoints().toArray()) {
      titled.appendCodePoint(
          inWord ? Character.toLowerCase(codePoint) : Character.toTitleCase(codePoint));
      inWord = Character.isLetter(codePoint);
    }
    return titled.toString();
  }

  /** Lists of texts, for what splits. */
  static Value.Sequence sequence(List<Text> texts) {
    return new Value.Sequence(new ArrayList<Value>(texts));
  }
}
