package io.logitstream.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What {@code system-tests/chaos} prints: lines in the file that it names. */
final class ChaosReport {
  private ChaosReport() {}

  static void line(String line) {
    String file = System.getProperty("chaos.report");
    if (file == null) {
      return;
    }
    try {
      Files.writeString(
          Path.of(file), line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
