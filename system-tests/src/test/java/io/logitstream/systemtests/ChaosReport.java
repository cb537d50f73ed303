package io.logitstream.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** What the scripts beside the tests print: lines in the file that they name. */
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
