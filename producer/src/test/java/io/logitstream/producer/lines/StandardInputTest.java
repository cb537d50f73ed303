package io.logitstream.producer.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StandardInputTest {
  @Test
  void memoryThatIsFullEndsWhoWaitsForLines() {
    assertThatThrownBy(() -> readAll(failing(new OutOfMemoryError("Java heap space"))))
        .isInstanceOf(OutOfMemoryError.class)
        .hasMessage("Java heap space");
  }

  @Test
  void anInputThatFailsEndsWhoWaitsForLinesOnceTheyHaveThoseBefore() throws Exception {
    List<Line> lines = new ArrayList<>();
    try (StandardInput input = new StandardInput(failing(new IOException("gone")), 100)) {
      assertThatThrownBy(() -> readAll(input, lines)).hasMessageContaining("gone");
    }
    assertThat(lines).hasSize(1);
  }

  private static void readAll(InputStream stream) throws Exception {
    try (StandardInput input = new StandardInput(stream, 100)) {
      readAll(input, new ArrayList<>());
    }
  }

  private static void readAll(StandardInput input, List<Line> lines) throws Exception {
    while (!input.isAtEnd()) {
      lines.addAll(input.next(10));
    }
  }

  /** A line, and then a failure. */
  private static InputStream failing(Throwable failure) {
    InputStream broken =
        new InputStream() {
          @Override
          public int read() throws IOException {
            if (failure instanceof IOException failed) {
              throw failed;
            }
            throw (Error) failure;
          }
        };
    return new SequenceInputStream(
        new ByteArrayInputStream("first\n".getBytes(StandardCharsets.UTF_8)), broken);
  }
}
