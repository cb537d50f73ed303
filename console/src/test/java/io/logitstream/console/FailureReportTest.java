package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class FailureReportTest {
  /** What Linux answers to who writes there is what it answers on a full disk. */
  @Test
  @EnabledOnOs(OS.LINUX)
  void aFullDiskIsNamedWithWhatToDo() {
    Throwable failure = catchThrowable(() -> writeTo(Path.of("/dev/full")));

    assertThat(FailureReport.message(failure))
        .isEqualTo("No space left on device: make room where the command writes, and run it again");
  }

  private static void writeTo(Path file) throws IOException {
    try (OutputStream out = Files.newOutputStream(file)) {
      out.write(1);
    }
  }
}
