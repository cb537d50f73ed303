package io.logitstream.console.logging;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;

/** How services log, as it is written in a configuration. */
public final class LogSettings {
  private static final Setting<LogFormat> FORMAT =
      Setting.choice(
          "log.format",
          LogFormat.class,
          LogFormat.TEXT,
          "How a service logs on standard error: text for people, or a JSON object a line, with run,"
              + " step, topic, partition, offset and traceId where they are known.");

  /** The settings. */
  public static final List<Setting<?>> SETTINGS = List.of(FORMAT);

  private LogSettings() {}

  /** Reads the format. */
  public static LogFormat format(Configuration configuration) {
    return configuration.get(FORMAT);
  }
}
