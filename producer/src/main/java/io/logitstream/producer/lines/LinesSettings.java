package io.logitstream.producer.lines;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Which lines are read.
 *
 * @param files the files; none for standard input
 * @param follow whether files are waited on for more
 * @param quietFor how long a file that was replaced must not grow before its successor is read
 * @param maxBadInARow the most lines in a row that are no prompts; 0 for no limit
 */
public record LinesSettings(List<Path> files, boolean follow, Duration quietFor, int maxBadInARow) {
  private static final Setting<List<String>> FILES =
      Setting.list("lines.files", List.of(), "Files of JSON lines; none or - for standard input.");
  private static final Setting<Boolean> FOLLOW =
      Setting.flag(
          "lines.follow",
          false,
          "Whether files are waited on for more lines, renamed and replaced ones included.");
  private static final Setting<Duration> QUIET_FOR =
      Setting.duration(
          "lines.quiet-for",
          "5s",
          "How long a file that was renamed away must not grow before its successor is read: who"
              + " writes it may learn of the renaming later. Its last line counts then, ended or"
              + " not.");
  private static final Setting<Integer> MAX_BAD =
      Setting.integer(
          "lines.max-bad-in-a-row",
          1000,
          0,
          Integer.MAX_VALUE,
          "Most lines in a row that are no prompts; one more ends the intake. 0 for no limit.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(FILES, FOLLOW, QUIET_FOR, MAX_BAD);

  public LinesSettings {
    files = List.copyOf(files);
  }

  /** Reads the settings. */
  public static LinesSettings from(Configuration configuration) {
    return new LinesSettings(
        configuration.get(FILES).stream().filter(file -> !file.equals("-")).map(Path::of).toList(),
        configuration.get(FOLLOW),
        configuration.get(QUIET_FOR),
        configuration.get(MAX_BAD));
  }
}
