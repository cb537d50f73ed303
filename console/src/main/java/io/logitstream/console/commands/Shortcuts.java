package io.logitstream.console.commands;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Settings that a command has options of its own for. */
final class Shortcuts {
  private final Map<String, String> values = new LinkedHashMap<>();

  /** Sets a setting where the option was given. */
  Shortcuts put(String setting, @Nullable Object value) {
    if (value != null) {
      values.put(setting, value.toString());
    }
    return this;
  }

  Map<String, String> values() {
    return values;
  }
}
