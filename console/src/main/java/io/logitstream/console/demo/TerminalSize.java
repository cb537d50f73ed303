package io.logitstream.console.demo;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How many rows and columns the terminal has; people change it while they watch. */
record TerminalSize(int rows, int columns) {
  private static final TerminalSize UNKNOWN = new TerminalSize(24, 80);
  private static final Pattern ROWS_AND_COLUMNS =
      Pattern.compile("([1-9][0-9]{0,4}) ([1-9][0-9]{0,4})");
  private static final long VALID_NANOS = TimeUnit.SECONDS.toNanos(3);

  private static TerminalSize asked = UNKNOWN;
  private static @Nullable Long askedNanos;

  /** The size, at most a few seconds old. */
  static synchronized TerminalSize current() {
    long now = System.nanoTime();
    if (askedNanos == null || now - askedNanos > VALID_NANOS) {
      askedNanos = now;
      asked = ask();
    }
    return asked;
  }

  private static TerminalSize ask() {
    try {
      Process stty =
          new ProcessBuilder("stty", "size")
              .redirectInput(new File("/dev/tty"))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      String answer =
          new String(stty.getInputStream().readNBytes(64), StandardCharsets.US_ASCII).strip();
      Matcher matcher = ROWS_AND_COLUMNS.matcher(answer);
      return matcher.matches()
          ? new TerminalSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)))
          : UNKNOWN;
    } catch (IOException e) {
      return UNKNOWN; // no stty here: the usual size will do
    }
  }
}
