package io.logitstream.console.demo;

import java.time.Duration;
import java.util.Locale;
import java.util.OptionalDouble;

/** Numbers as people read them. */
final class Figures {
  private static final String NONE = "–";

  private Figures() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  static String rate(double value) {
    if (!Double.isFinite(value)) {
      return NONE;
    }
    return value >= 100
        ? String.format(Locale.ROOT, "%,.0f", value)
        : String.format(Locale.ROOT, "%.1f", value);
  }

  static String decimal(OptionalDouble value) {
    return value.isPresent() ? decimal(value.getAsDouble()) : NONE;
  }

  static String decimal(double value) {
    return Double.isFinite(value) ? String.format(Locale.ROOT, "%.3f", value) : NONE;
  }

  static String percent(double share) {
    return Double.isFinite(share) ? String.format(Locale.ROOT, "%.0f %%", share * 100) : NONE;
  }

  static String clock(double seconds) {
    Duration time = Duration.ofSeconds(Math.max(0, Math.round(seconds)));
    return time.toHours() > 0
        ? String.format(
            Locale.ROOT, "%d:%02d:%02d", time.toHours(), time.toMinutesPart(), time.toSecondsPart())
        : String.format(Locale.ROOT, "%d:%02d", time.toMinutes(), time.toSecondsPart());
  }

  /** The text on one line: white space shortened, and cut at a number of characters. */
  static String oneLine(String text, int charactersMax) {
    String line = text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "�");
    return line.length() <= charactersMax ? line : line.substring(0, charactersMax - 1) + "…";
  }

  /** As {@link #oneLine}, but keeps the end. */
  static String endOfLine(String text, int charactersMax) {
    String line = text.strip().replaceAll("\\s+", " ").replaceAll("\\p{Cntrl}", "�");
    return line.length() <= charactersMax
        ? line
        : "…" + line.substring(line.length() - charactersMax + 1);
  }
}
