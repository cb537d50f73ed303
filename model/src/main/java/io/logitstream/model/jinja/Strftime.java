package io.logitstream.model.jinja;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Dates as C's {@code strftime} writes them in the locale C. */
final class Strftime {
  private Strftime() {}

  static String format(ZonedDateTime time, String format) {
    StringBuilder text = new StringBuilder();
    for (int index = 0; index < format.length(); index++) {
      char character = format.charAt(index);
      if (character != '%' || index + 1 == format.length()) {
        text.append(character);
        continue;
      }
      char directive = format.charAt(++index);
      boolean unpadded = directive == '-' && index + 1 < format.length();
      if (unpadded) {
        directive = format.charAt(++index);
      }
      String written = written(time, directive);
      text.append(unpadded ? written.replaceFirst("^0(?=\\d)", "") : written);
    }
    return text.toString();
  }

  private static String written(ZonedDateTime time, char directive) {
    String pattern =
        switch (directive) {
          case 'Y' -> "yyyy";
          case 'y' -> "yy";
          case 'm' -> "MM";
          case 'd' -> "dd";
          case 'B' -> "MMMM";
          case 'b', 'h' -> "MMM";
          case 'A' -> "EEEE";
          case 'a' -> "EEE";
          case 'H' -> "HH";
          case 'I' -> "hh";
          case 'M' -> "mm";
          case 'S' -> "ss";
          case 'p' -> "a";
          case 'j' -> "DDD";
          case 'F' -> "yyyy-MM-dd";
          case 'T' -> "HH:mm:ss";
          case '%' -> "'%'";
          default ->
              throw new JinjaException(
                  "strftime_now: the directive %%%c is not supported".formatted(directive));
        };
    return DateTimeFormatter.ofPattern(pattern, Locale.US).format(time);
  }
}
