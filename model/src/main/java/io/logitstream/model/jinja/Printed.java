package io.logitstream.model.jinja;

import java.math.BigDecimal;
import java.util.Iterator;
import java.util.Map;

/** Values as Python's {@code str}, {@code repr} and {@code json.dumps} write them. */
final class Printed {
  private static final int MAX_DEPTH = 64;

  private Printed() {}

  /** Python's {@code str}. */
  static Text str(Value value) {
    return value instanceof Text text ? text : new Printed.Repr().print(value);
  }

  /**
   * {@code json.dumps(value, ensure_ascii=False)}, which is what {@code transformers} makes of the
   * filter {@code tojson}.
   *
   * @param indent spaces by level; under 0: all on one line
   */
  static Text json(Value value, int indent, boolean sorted) {
    return new Printed.Json(indent, sorted).print(value);
  }

  /** How a list and a dict are laid out is the same in both; how their parts are written is not. */
  private abstract static class Printer {
    final TextBuilder out = new TextBuilder();

    abstract void text(Text text);

    abstract void scalar(Value value);

    abstract void lineBreak(int depth);

    abstract String comma();

    abstract Iterable<Map.Entry<String, Value>> entries(Value.Mapping mapping);

    String opening(Value.Sequence sequence) {
      return "[";
    }

    String closing(Value.Sequence sequence) {
      return "]";
    }

    Text print(Value value) {
      print(value, 0);
      return out.toText();
    }

    private void print(Value value, int depth) {
      if (depth > MAX_DEPTH) {
        throw new JinjaException("values nested more than %d deep".formatted(MAX_DEPTH));
      }
      if (value instanceof Text text) {
        text(text);
      } else if (value instanceof Value.Sequence sequence) {
        out.append(opening(sequence));
        Iterator<Value> values = sequence.values().iterator();
        while (values.hasNext()) {
          lineBreak(depth + 1);
          print(values.next(), depth + 1);
          out.append(values.hasNext() ? comma() : "");
        }
        close(closing(sequence), depth, !sequence.values().isEmpty());
      } else if (value instanceof Value.Mapping mapping) {
        out.append("{");
        Iterator<Map.Entry<String, Value>> entries = entries(mapping).iterator();
        while (entries.hasNext()) {
          Map.Entry<String, Value> entry = entries.next();
          lineBreak(depth + 1);
          text(Text.of(entry.getKey()));
          out.append(": ");
          print(entry.getValue(), depth + 1);
          out.append(entries.hasNext() ? comma() : "");
        }
        close("}", depth, !mapping.values().isEmpty());
      } else {
        scalar(value);
      }
    }

    private void close(String bracket, int depth, boolean filled) {
      if (filled) {
        lineBreak(depth);
      }
      out.append(bracket);
    }
  }

  private static final class Repr extends Printer {
    @Override
    String opening(Value.Sequence sequence) {
      return sequence.isTuple() ? "(" : "[";
    }

    @Override
    String closing(Value.Sequence sequence) {
      return !sequence.isTuple() ? "]" : sequence.values().size() == 1 ? ",)" : ")";
    }

    @Override
    void text(Text text) {
      String characters = text.toString();
      String quote = characters.contains("'") && !characters.contains("\"") ? "\"" : "'";
      out.append(quote);
      for (int index = 0; index < text.length(); index++) {
        char character = characters.charAt(index);
        String escaped =
            switch (character) {
              case '\\' -> "\\\\";
              case '\n' -> "\\n";
              case '\r' -> "\\r";
              case '\t' -> "\\t";
              default -> quote.charAt(0) == character ? "\\" + character : "" + character;
            };
        out.append(escaped, text.rawMark(index));
      }
      out.append(quote);
    }

    @Override
    void scalar(Value value) {
      if (value instanceof Value.Bool bool) {
        out.append(bool.value() ? "True" : "False");
      } else if (value instanceof Value.None) {
        out.append("None");
      } else if (value instanceof Value.Namespace) {
        out.append("<Namespace>");
      } else if (!(value instanceof Value.Undefined)) {
        out.append(number(value));
      }
    }

    @Override
    void lineBreak(int depth) {}

    @Override
    String comma() {
      return ", ";
    }

    @Override
    Iterable<Map.Entry<String, Value>> entries(Value.Mapping mapping) {
      return mapping.values().entrySet();
    }
  }

  private static final class Json extends Printer {
    private final int indent;
    private final boolean sorted;

    Json(int indent, boolean sorted) {
      this.indent = indent;
      this.sorted = sorted;
    }

    @Override
    void text(Text text) {
      out.append("\"");
      for (int index = 0; index < text.length(); index++) {
        char character = text.toString().charAt(index);
        String escaped =
            switch (character) {
              case '"' -> "\\\"";
              case '\\' -> "\\\\";
              case '\n' -> "\\n";
              case '\r' -> "\\r";
              case '\t' -> "\\t";
              case '\b' -> "\\b";
              case '\f' -> "\\f";
              default -> character < ' ' ? "\\u%04x".formatted((int) character) : "" + character;
            };
        out.append(escaped, text.rawMark(index));
      }
      out.append("\"");
    }

    @Override
    void scalar(Value value) {
      if (value instanceof Value.Bool bool) {
        out.append(bool.value() ? "true" : "false");
      } else if (value instanceof Value.None) {
        out.append("null");
      } else {
        out.append(number(value));
      }
    }

    @Override
    void lineBreak(int depth) {
      if (indent >= 0) {
        out.append("\n" + " ".repeat(indent * depth));
      }
    }

    @Override
    String comma() {
      return indent >= 0 ? "," : ", ";
    }

    @Override
    Iterable<Map.Entry<String, Value>> entries(Value.Mapping mapping) {
      return sorted
          ? mapping.values().entrySet().stream().sorted(Map.Entry.comparingByKey()).toList()
          : mapping.values().entrySet();
    }
  }

  private static String number(Value value) {
    if (value instanceof Value.Int integer) {
      return Long.toString(integer.value());
    }
    if (value instanceof Value.Real real) {
      return real(real.value());
    }
    throw new JinjaException("%s cannot be written".formatted(value.type()));
  }

  /** The shortest digits that read back the same, laid out as Python lays them out. */
  private static String real(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
    }
    double size = Math.abs(value);
    if (size == 0 || (size >= 1e-4 && size < 1e16)) {
      String plain = new BigDecimal(Double.toString(value)).toPlainString();
      return plain.contains(".") ? plain : plain + ".0";
    }
    String[] parts = Double.toString(value).split("E", 2);
    int exponent = Integer.parseInt(parts[1]);
    return "%se%s%02d"
        .formatted(
            parts[0].replaceFirst("\\.0$", ""), exponent < 0 ? "-" : "+", Math.abs(exponent));
  }
}
