package io.logitstream.model.jinja;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's slices, of lists and of strings by code points. */
final class Slices {
  private Slices() {}

  /**
   * {@code of[start:stop:step]}
   *
   * @param start null where it is left out, as the others
   */
  static Value of(Value of, @Nullable Long start, @Nullable Long stop, @Nullable Long step) {
    long stride = step == null ? 1 : step;
    if (stride == 0) {
      throw new JinjaException("a slice's step is 0");
    }
    if (of instanceof Value.Sequence sequence) {
      List<Value> picked = new ArrayList<>();
      for (int index : indices(sequence.values().size(), start, stop, stride)) {
        picked.add(sequence.values().get(index));
      }
      return new Value.Sequence(picked, sequence.isTuple());
    }
    if (of instanceof Text text) {
      int[] indices = indices(codePoints(text), start, stop, stride);
      if (stride == 1) {
        return indices.length == 0
            ? Text.EMPTY
            : text.substring(unit(text, indices[0]), unit(text, indices[indices.length - 1] + 1));
      }
      List<Text> each = eachCodePoint(text);
      TextBuilder picked = new TextBuilder();
      for (int index : indices) {
        picked.append(each.get(index));
      }
      return picked.toText();
    }
    throw new JinjaException(
        of instanceof Value.Undefined missing
            ? "'%s' is undefined".formatted(missing.name())
            : "%s cannot be sliced".formatted(of.type()));
  }

  /** The one code point at an index, which counts from the end where it is negative. */
  static Value codePoint(Text text, long index) {
    int length = codePoints(text);
    long place = index + (index < 0 ? length : 0);
    return place >= 0 && place < length
        ? text.substring(unit(text, (int) place), unit(text, (int) place + 1))
        : new Value.Undefined("index " + index);
  }

  /** A text's code points, in one pass over it. */
  static List<Text> eachCodePoint(Text text) {
    String characters = text.toString();
    List<Text> each = new ArrayList<>();
    int end;
    for (int start = 0; start < characters.length(); start = end) {
      end = start + Character.charCount(characters.codePointAt(start));
      each.add(text.substring(start, end));
    }
    return each;
  }

  /** Length in code points, which is Python's. */
  static int codePoints(Text text) {
    return text.toString().codePointCount(0, text.length());
  }

  private static int unit(Text text, int codePoint) {
    return text.toString().offsetByCodePoints(0, codePoint);
  }

  private static int[] indices(int length, @Nullable Long start, @Nullable Long stop, long stride) {
    boolean forward = stride > 0;
    long lowest = forward ? 0 : -1;
    long highest = forward ? length : length - 1L;
    long from =
        start == null ? (forward ? lowest : highest) : clamp(start, length, lowest, highest);
    long to = stop == null ? (forward ? highest : lowest) : clamp(stop, length, lowest, highest);
    List<Integer> indices = new ArrayList<>();
    for (long index = from; forward ? index < to : index > to; index += stride) {
      indices.add((int) index);
    }
    return indices.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long clamp(long bound, int length, long lowest, long highest) {
    return Math.max(lowest, Math.min(highest, bound < 0 ? bound + length : bound));
  }
}
