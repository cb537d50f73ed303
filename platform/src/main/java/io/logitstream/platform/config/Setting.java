package io.logitstream.platform.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A named, typed, documented setting. Features declare theirs as constants and read them into a
 * validated record.
 *
 * <p>Names are lower case, parts separated by dots, words by hyphens: {@code pacing.max-lag}.
 *
 * @param <T> type of the value
 */
public final class Setting<T> {
  private static final Pattern NAME =
      Pattern.compile("[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\\.[a-z][a-z0-9]*(?:-[a-z0-9]+)*)*");

  private final String name;
  private final String type;
  private final String allowed;
  private final @Nullable String defaultText;
  private final boolean required;
  private final boolean secret;
  private final String documentation;
  private final Function<String, T> parser;

  private Setting(
      String name,
      String type,
      String allowed,
      @Nullable String defaultText,
      boolean required,
      boolean secret,
      String documentation,
      Function<String, T> parser) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "setting name '%s', expected lower-case words such as pacing.max-lag".formatted(name));
    }
    this.name = name;
    this.type = type;
    this.allowed = allowed;
    this.defaultText = defaultText;
    this.required = required;
    this.secret = secret;
    this.documentation = documentation;
    this.parser = parser;
    if (defaultText != null) {
      Objects.requireNonNull(parser.apply(defaultText), "value of the default");
    }
  }

  /** A text, possibly empty. */
  public static Setting<String> text(String name, String defaultValue, String documentation) {
    return of(name, "text", "any text", defaultValue, documentation, value -> value);
  }

  /** A text that is never empty. */
  public static Setting<String> nonEmptyText(
      String name, String defaultValue, String documentation) {
    return of(
        name, "text", "a non-empty text", defaultValue, documentation, ValueParsers::nonEmpty);
  }

  /** A non-empty text without a default. */
  public static Setting<String> requiredText(String name, String documentation) {
    return required(name, "text", "a non-empty text", documentation, ValueParsers::nonEmpty);
  }

  /** A text that may be absent; an empty one is absent. */
  public static Setting<Optional<String>> optionalText(String name, String documentation) {
    return of(
        name, "text", "any text", "", documentation, value -> Optional.of(value).filter(NOT_EMPTY));
  }

  /** A 32-bit integer from {@code min} to {@code max}, both included. */
  public static Setting<Integer> integer(
      String name, int defaultValue, int min, int max, String documentation) {
    return of(
        name,
        "integer",
        "a whole number from %d to %d".formatted(min, max),
        Integer.toString(defaultValue),
        documentation,
        value -> (int) ValueParsers.whole(value, min, max));
  }

  /** A 64-bit integer from {@code min} to {@code max}, both included. */
  public static Setting<Long> whole(
      String name, long defaultValue, long min, long max, String documentation) {
    return of(
        name,
        "integer",
        max == Long.MAX_VALUE
            ? "a whole number, at least %d".formatted(min)
            : "a whole number from %d to %d".formatted(min, max),
        Long.toString(defaultValue),
        documentation,
        value -> ValueParsers.whole(value, min, max));
  }

  /** A finite decimal number from {@code min} to {@code max}, both included. */
  public static Setting<Double> decimal(
      String name, double defaultValue, double min, double max, String documentation) {
    return of(
        name,
        "decimal",
        max == Double.MAX_VALUE
            ? "a number, at least %s".formatted(min)
            : "a number from %s to %s".formatted(min, max),
        Double.toString(defaultValue),
        documentation,
        value -> ValueParsers.decimal(value, min, max));
  }

  /** true or false. */
  public static Setting<Boolean> flag(String name, boolean defaultValue, String documentation) {
    return of(
        name,
        "flag",
        "true or false",
        Boolean.toString(defaultValue),
        documentation,
        ValueParsers::flag);
  }

  /** A time span such as 250ms, 30s, 5m, 12h or 7d; not negative. */
  public static Setting<Duration> duration(String name, String defaultValue, String documentation) {
    return of(
        name,
        "duration",
        "a duration such as 250ms, 30s, 5m, 12h or 7d",
        defaultValue,
        documentation,
        ValueParsers::duration);
  }

  /** A path on this machine's disk. */
  public static Setting<Path> path(String name, String defaultValue, String documentation) {
    return of(name, "path", "a path", defaultValue, documentation, ValueParsers::path);
  }

  /** A path without a default. */
  public static Setting<Path> requiredPath(String name, String documentation) {
    return required(name, "path", "a path", documentation, ValueParsers::path);
  }

  /** A path that may be absent; an empty one is absent. */
  public static Setting<Optional<Path>> optionalPath(String name, String documentation) {
    return of(
        name,
        "path",
        "a path",
        "",
        documentation,
        value -> Optional.of(value).filter(NOT_EMPTY).map(ValueParsers::path));
  }

  /** One of an enum's constants, written in any case, with '-' or '_'. */
  public static <E extends Enum<E>> Setting<E> choice(
      String name, Class<E> type, E defaultValue, String documentation) {
    return of(
        name,
        "choice",
        "one of " + choices(type),
        ValueParsers.written(defaultValue),
        documentation,
        value -> ValueParsers.choice(value, type));
  }

  /** Texts separated by commas; spaces around them do not count. Empty by default if so given. */
  public static Setting<List<String>> list(
      String name, List<String> defaultValue, String documentation) {
    return of(
        name,
        "list",
        "texts separated by commas",
        String.join(",", defaultValue),
        documentation,
        ValueParsers::list);
  }

  /** This setting with a value that is never printed. */
  public Setting<T> asSecret() {
    return new Setting<>(name, type, allowed, defaultText, required, true, documentation, parser);
  }

  /** The full name, such as {@code pacing.max-lag}. */
  public String name() {
    return name;
  }

  /** The environment variable that sets it, such as {@code LOGITSTREAM_PACING_MAX_LAG}. */
  public String environmentVariable() {
    return EnvironmentNames.variable(name);
  }

  /** The kind of value: text, integer, decimal, flag, duration, path, choice or list. */
  public String type() {
    return type;
  }

  /** What values are allowed, as people read it. */
  public String allowed() {
    return allowed;
  }

  /** The default as written; empty where there is none, or where it is an empty text. */
  public Optional<String> defaultText() {
    return Optional.ofNullable(defaultText).filter(NOT_EMPTY);
  }

  /** Whether there is no default: a value must be given where the setting is used. */
  public boolean isRequired() {
    return required;
  }

  /** Whether the value is never printed. */
  public boolean isSecret() {
    return secret;
  }

  /** What the setting does. */
  public String documentation() {
    return documentation;
  }

  /**
   * The value that a text stands for.
   *
   * @throws IllegalArgumentException if the text is not allowed
   */
  T parse(String text) {
    return parser.apply(text);
  }

  @Nullable String defaultOrNull() {
    return defaultText;
  }

  @Override
  public String toString() {
    return name;
  }

  private static final Predicate<String> NOT_EMPTY = text -> !text.isEmpty();

  private static <E extends Enum<E>> String choices(Class<E> type) {
    return Arrays.stream(type.getEnumConstants())
        .map(ValueParsers::written)
        .collect(Collectors.joining(", "))
        .toLowerCase(Locale.ROOT);
  }

  private static <T> Setting<T> of(
      String name,
      String type,
      String allowed,
      String defaultText,
      String documentation,
      Function<String, T> parser) {
    return new Setting<>(name, type, allowed, defaultText, false, false, documentation, parser);
  }

  private static <T> Setting<T> required(
      String name, String type, String allowed, String documentation, Function<String, T> parser) {
    return new Setting<>(name, type, allowed, null, true, false, documentation, parser);
  }
}
