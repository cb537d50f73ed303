package io.logitstream.platform.config;

import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Texts to values. Every method throws IllegalArgumentException where the text is not allowed. */
final class ValueParsers {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12}) ?(ms|s|m|h|d)");

  private ValueParsers() {}

  static String nonEmpty(String text) {
    if (text.isBlank()) {
      throw new IllegalArgumentException("empty");
    }
    return text;
  }

  static long whole(String text, long min, long max) {
    BigInteger value = new BigInteger(text.strip().replace("_", ""));
    if (value.compareTo(BigInteger.valueOf(min)) < 0
        || value.compareTo(BigInteger.valueOf(max)) > 0) {
      throw new IllegalArgumentException("out of range");
    }
    return value.longValueExact();
  }

  static double decimal(String text, double min, double max) {
    double value = Double.parseDouble(text.strip());
    // Written so that NaN, which compares to nothing, is refused too.
    if (!(value >= min && value <= max) || Double.isInfinite(value)) {
      throw new IllegalArgumentException("out of range");
    }
    return value;
  }

  static boolean flag(String text) {
    return switch (text.strip().toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw new IllegalArgumentException("neither true nor false");
    };
  }

  static Duration duration(String text) {
    Matcher matcher = DURATION.matcher(text.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException("not a duration");
    }
    long amount = Long.parseLong(matcher.group(1));
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(amount);
          case "s" -> Duration.ofSeconds(amount);
          case "m" -> Duration.ofMinutes(amount);
          case "h" -> Duration.ofHours(amount);
          default -> Duration.ofDays(amount);
        };
    // Settings in milliseconds are handed to clients that take a long.
    if (duration.compareTo(Duration.ofDays(36_500)) > 0) {
      throw new IllegalArgumentException("longer than a century");
    }
    return duration;
  }

  static Path path(String text) {
    try {
      return Path.of(nonEmpty(text));
    } catch (InvalidPathException e) {
      throw new IllegalArgumentException("not a path", e);
    }
  }

  static List<String> list(String text) {
    return Arrays.stream(text.split(",", -1))
        .map(String::strip)
        .filter(part -> !part.isEmpty())
        .toList();
  }

  static <E extends Enum<E>> E choice(String text, Class<E> type) {
    String constant = text.strip().toUpperCase(Locale.ROOT).replace('-', '_');
    return Arrays.stream(type.getEnumConstants())
        .filter(value -> value.name().equals(constant))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no such choice"));
  }

  static String written(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
