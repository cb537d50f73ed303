package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;

/** Python's {@code split}, {@code rsplit} and {@code splitlines}. */
final class Splitting {
  private Splitting() {}

  static Value split(Text text, boolean fromRight, Arguments arguments) {
    String name = fromRight ? "rsplit" : "split";
    arguments.atMost(name, 2, Set.of("sep", "maxsplit"));
    Value separator = arguments.get(0, "sep").orElse(Value.NONE);
    long most =
        arguments
            .get(1, "maxsplit")
            .map(value -> Operators.integer(name + ": argument 'maxsplit'", value))
            .orElse(-1L);
    if (separator instanceof Value.None) {
      return Methods.sequence(words(text, fromRight, most));
    }
    String cut = arguments.requireText(name, 0, "sep").toString();
    if (cut.isEmpty()) {
      throw new JinjaException(name + ": an empty separator");
    }
    return Methods.sequence(fromRight ? fromRight(text, cut, most) : fromLeft(text, cut, most));
  }

  static Value lines(Text text) {
    List<Text> lines = new ArrayList<>();
    int from = 0;
    for (int index = 0; index < text.length(); index++) {
      char character = text.toString().charAt(index);
      if (character == '\n' || character == '\r') {
        lines.add(text.substring(from, index));
        boolean pair = character == '\r' && text.toString().startsWith("\n", index + 1);
        index += pair ? 1 : 0;
        from = index + 1;
      }
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return Methods.sequence(lines);
  }

  /** What lies between the places where a separator stands. */
  static List<Text> pieces(Text text, String separator) {
    return fromLeft(text, separator, -1);
  }

  private static List<Text> fromLeft(Text text, String separator, long most) {
    List<Text> pieces = new ArrayList<>();
    int from = 0;
    for (int at = text.toString().indexOf(separator);
        at >= 0 && pieces.size() != most && !separator.isEmpty();
        at = text.toString().indexOf(separator, from)) {
      pieces.add(text.substring(from, at));
      from = at + separator.length();
    }
    pieces.add(text.substring(from));
    return pieces;
  }

  private static List<Text> fromRight(Text text, String separator, long most) {
    List<Text> pieces = new ArrayList<>();
    int end = text.length();
    for (int at = text.toString().lastIndexOf(separator);
        at >= 0 && pieces.size() != most;
        at = text.toString().lastIndexOf(separator, end - separator.length())) {
      pieces.add(text.substring(at + separator.length(), end));
      end = at;
      if (end < separator.length()) {
        break;
      }
    }
    pieces.add(text.substring(0, end));
    Collections.reverse(pieces);
    return pieces;
  }

  private static List<Text> words(Text text, boolean fromRight, long most) {
    if (fromRight && most >= 0) {
      throw new JinjaException("rsplit: 'maxsplit' without a separator is not supported");
    }
    List<Text> words = new ArrayList<>();
    int start = Whitespace.skip(text.toString(), 0);
    while (start < text.length()) {
      int end = start;
      while (end < text.length() && !Whitespace.is(text.toString().charAt(end))) {
        end++;
      }
      if (words.size() == most) {
        end = Whitespace.trimmedLength(text.toString());
      }
      words.add(text.substring(start, end));
      start = Whitespace.skip(text.toString(), end);
    }
    return words;
  }
}
