package io.logitstream.producer.lines;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingFilesTest {
  @TempDir private Path folder;

  @Test
  void aLineCountsWhenItsEndIsThere() throws Exception {
    Path file = write("log", "one\ntw");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(texts(files.next(10))).containsExactly("one");
      assertThat(files.next(10)).isEmpty();
      append(file, "o\r\nthree\n");
      List<Line> lines = files.next(10);
      assertThat(texts(lines)).containsExactly("two", "three");
      assertThat(lines).extracting(Line::place).containsExactly("log~0@4", "log~0@9");
      assertThat(files.isAtEnd()).as("more may come").isFalse();
    }
  }

  @Test
  void aFileThatIsNotFollowedEndsWithItsLastLineEnded() throws Exception {
    Path file = write("log", "one\ntwo");
    try (GrowingFiles files = GrowingFiles.open(List.of(file), 100, Optional.empty(), false)) {
      assertThat(texts(files.next(10))).containsExactly("one");
      assertThat(files.isAtEnd()).isFalse();
      assertThat(texts(files.next(10))).containsExactly("two");
      assertThat(files.isAtEnd()).isTrue();
      assertThat(files.next(10)).isEmpty();
    }
  }

  @Test
  void readingGoesOnBehindTheLinesThatWereGiven() throws Exception {
    Path file = write("log", "1\n2\n3\n4\n5\nrest");
    Optional<String> location = Optional.empty();
    List<String> read = new ArrayList<>();
    for (int start = 0; start < 3; start++) {
      try (GrowingFiles files = follow(location, file)) {
        read.addAll(texts(files.next(2)));
        location = files.location();
      }
    }
    append(file, " of it\n");
    try (GrowingFiles files = follow(location, file)) {
      read.addAll(texts(files.next(2)));
    }
    assertThat(read).containsExactly("1", "2", "3", "4", "5", "rest of it");
  }

  @Test
  void aReplacedFileIsReadToItsEndAndThenItsSuccessorFromItsStart() throws Exception {
    Path file = write("log", "old 1\nold 2\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(texts(files.next(1))).containsExactly("old 1");
      Files.move(file, folder.resolve("log.1"));
      append(folder.resolve("log.1"), "old 3");
      write("log", "new 1\n");
      List<Line> lines = all(files);
      assertThat(texts(lines)).containsExactly("old 2", "old 3", "new 1");
      assertThat(lines).extracting(Line::place).containsExactly("log~0@6", "log~0@12", "log~1@0");
      assertThat(files.location().orElseThrow()).contains("\"generation\":1,\"offset\":6");
    }
  }

  @Test
  void aFileThatWasReplacedWhileNobodyLookedIsReadFromItsStart() throws Exception {
    Path file = write("log", "old 1\nold 2\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).hasSize(2);
      location = files.location();
    }
    Files.move(
        write("other", "new 1, and longer than its predecessor was\n"),
        file,
        StandardCopyOption.REPLACE_EXISTING);
    try (GrowingFiles files = follow(location, file)) {
      assertThat(files.next(10)).extracting(Line::place).containsExactly("log~1@0");
    }
  }

  @Test
  void aTruncatedFileIsReadFromItsStart() throws Exception {
    Path file = write("log", "old 1\nold 2\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).hasSize(2);
      Files.writeString(file, "new\n");
      assertThat(files.next(10)).extracting(Line::place).containsExactly("log~1@0");
    }
  }

  @Test
  void ofALineThatIsTooLongNoMoreIsKeptThanMayBe() throws Exception {
    Path file = write("log", "x".repeat(200_000) + "\nnext\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      List<Line> lines = all(files);
      assertThat(lines.get(0).tooLong()).isTrue();
      assertThat(lines.get(0).bytes()).hasSize(100);
      assertThat(lines.get(1).place()).isEqualTo("log~0@200001");
      assertThat(texts(lines.subList(1, 2))).containsExactly("next");
    }
  }

  @Test
  void severalFilesTakeTurns() throws Exception {
    Path a = write("a", "a1\na2\na3\n");
    Path b = write("b", "b1\n");
    try (GrowingFiles files = GrowingFiles.open(List.of(a, b), 100, Optional.empty(), false)) {
      assertThat(texts(files.next(2))).containsExactly("a1", "a2");
      assertThat(texts(files.next(2))).containsExactly("b1");
      assertThat(texts(files.next(2))).containsExactly("a3");
      assertThat(files.isAtEnd()).isTrue();
    }
  }

  @Test
  void aFileThatIsFollowedMayComeLater() throws Exception {
    Path file = folder.resolve("later");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).isEmpty();
      write("later", "here\n");
      assertThat(texts(files.next(10))).containsExactly("here");
    }
    assertThatThrownBy(
            () -> GrowingFiles.open(List.of(folder.resolve("never")), 100, Optional.empty(), false))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("is not there");
  }

  private GrowingFiles follow(Optional<String> location, Path file) throws IOException {
    return GrowingFiles.open(List.of(file), 100, location, true);
  }

  private static List<Line> all(GrowingFiles files) throws IOException {
    List<Line> all = new ArrayList<>();
    // A replaced file gives its rest first, and opens its successor then.
    for (int silent = 0; silent < 3; ) {
      List<Line> lines = files.next(10);
      silent = lines.isEmpty() ? silent + 1 : 0;
      all.addAll(lines);
    }
    return all;
  }

  private static List<String> texts(List<Line> lines) {
    return lines.stream().map(line -> new String(line.bytes(), StandardCharsets.UTF_8)).toList();
  }

  private Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void append(Path file, String text) throws IOException {
    Files.writeString(file, text, StandardOpenOption.APPEND);
  }
}
