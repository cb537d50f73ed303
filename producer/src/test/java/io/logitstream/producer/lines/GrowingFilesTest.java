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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GrowingFilesTest {
  private static final Duration QUIET_FOR = Duration.ofSeconds(5);

  @TempDir private Path folder;
  private long nowNanos = Long.MAX_VALUE - 1; // it may wrap around

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
    try (GrowingFiles files = read(file)) {
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
  void aRenamedFileIsReadOnUntilNobodyHasWrittenToItForAWhile() throws Exception {
    Path file = write("log", "old 1\nold");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(texts(files.next(10))).containsExactly("old 1");
      Path renamed = Files.move(file, folder.resolve("log.1"));
      write("log", "new 1\n");
      assertThat(files.next(10)).isEmpty();
      pass(QUIET_FOR.minusMillis(1));
      append(renamed, " 2\nold 3\nol");
      List<Line> late = files.next(10);
      assertThat(texts(late)).containsExactly("old 2", "old 3");
      assertThat(late).extracting(Line::place).containsExactly("log~0@6", "log~0@12");
      pass(QUIET_FOR.minusMillis(1));
      assertThat(files.next(10)).as("it has grown").isEmpty();
      append(renamed, "d 4\n");
      assertThat(texts(files.next(10))).containsExactly("old 4");
      List<Line> rest = all(files);
      assertThat(texts(rest)).containsExactly("new 1");
      assertThat(rest).extracting(Line::place).containsExactly("log~1@0");
    }
  }

  @Test
  void filesThatAreReplacedWhileTheirPredecessorIsWaitedForAreReadInTheirOrder() throws Exception {
    Path file = write("log", "a\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(texts(files.next(10))).containsExactly("a");
      for (String next : List.of("b\n", "c\n", "d\n")) {
        Files.move(file, folder.resolve("before " + next.strip()));
        write("log", next);
        assertThat(files.next(10)).isEmpty();
      }
      List<Line> lines = all(files);
      assertThat(texts(lines)).containsExactly("b", "c", "d");
      assertThat(lines).extracting(Line::place).containsExactly("log~1@0", "log~2@0", "log~3@0");
    }
  }

  @Test
  void aSuccessorThatComesLateHasPlacesOfItsOwn() throws Exception {
    Path file = write("log", "old 1\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).hasSize(1);
      Files.move(file, folder.resolve("log.1"));
      assertThat(all(files)).isEmpty();
      append(folder.resolve("log.1"), "old 2\n");
      assertThat(texts(files.next(10))).containsExactly("old 2");
      write("log", "new 1\n");
      assertThat(all(files)).extracting(Line::place).containsExactly("log~1@0");
    }
  }

  @Test
  void aFileThatIsMissingAtARestartIsGoneOnWithOnceItIsThere() throws Exception {
    Path file = write("log", "1\n2\n");
    Path other = write("other", "a\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file, other)) {
      assertThat(all(files)).hasSize(3);
      location = files.location();
    }
    Path mount = Files.move(file, folder.resolve("not mounted"));
    append(other, "b\n");
    try (GrowingFiles files = follow(location, file, other)) {
      assertThat(texts(files.next(10))).containsExactly("b");
      location = files.location();
    }
    try (GrowingFiles files = follow(location, file, other)) {
      assertThat(files.next(10)).isEmpty();
      Files.move(mount, file);
      append(file, "3\n");
      assertThat(all(files)).extracting(Line::place).containsExactly("log~0@4");
    }
  }

  @Test
  void aSuccessorThatComesAfterARestartHasPlacesOfItsOwn() throws Exception {
    Path file = write("log", "old 1\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).hasSize(1);
      location = files.location();
    }
    Files.move(file, folder.resolve("log.1"));
    try (GrowingFiles files = follow(location, file)) {
      assertThat(files.next(10)).isEmpty();
      assertThat(files.location()).isEqualTo(location);
      write("log", "new 1\nnew 2\n");
      assertThat(all(files)).extracting(Line::place).containsExactly("log~1@0", "log~1@6");
    }
  }

  @Test
  void whatARenamedFileHadUnreadIsReadAfterARestartAndThenItsSuccessor() throws Exception {
    Path file = write("log", "old 1\nold 2\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(1)).hasSize(1);
      location = files.location();
    }
    append(file, "old 3");
    Files.move(file, folder.resolve("log.1"));
    write("log", "new 1\nnew 2\n");
    List<String> places = List.of("log~0@6", "log~0@12", "log~1@0", "log~1@6");
    try (GrowingFiles files = follow(location, file)) {
      assertThat(all(files)).extracting(Line::place).containsExactlyElementsOf(places);
    }
    try (GrowingFiles files = open(100, location, false, file)) {
      List<Line> lines = new ArrayList<>();
      while (!files.isAtEnd()) {
        lines.addAll(files.next(10));
      }
      assertThat(lines).extracting(Line::place).containsExactlyElementsOf(places);
    }
  }

  @Test
  void filesThatHaveReplacedEachOtherAreFoundAgainAfterARestart() throws Exception {
    Path file = write("log", "a 1\na 2\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(1)).hasSize(1);
      for (String next : List.of("b\n", "c\n", "d\n")) {
        Files.move(file, folder.resolve("before " + next.strip()));
        write("log", next);
        files.next(0);
      }
      location = files.location();
    }
    Files.move(file, folder.resolve("after d"));
    write("log", "e\n");
    List<String> places = List.of("log~0@4", "log~1@0", "log~2@0", "log~3@0", "log~4@0");
    try (GrowingFiles files = follow(location, file)) {
      List<Line> lines = all(files);
      assertThat(texts(lines)).containsExactly("a 2", "b", "c", "d", "e");
      assertThat(lines).extracting(Line::place).containsExactlyElementsOf(places);
    }
    Files.createSymbolicLink(folder.resolve("current"), file);
    Files.createLink(folder.resolve("linked"), folder.resolve("before c"));
    Files.delete(folder.resolve("before b"));
    try (GrowingFiles files = follow(location, file)) {
      assertThat(texts(all(files)))
          .as("the one that was read is gone")
          .containsExactly("b", "c", "d", "e");
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
  void aStartWithAnotherNameForgetsNoPlaceUntilSomethingIsRead() throws Exception {
    Path file = write("log", "1\n");
    Optional<String> location;
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      assertThat(files.next(10)).hasSize(1);
      location = files.location();
    }
    try (GrowingFiles files = follow(location, folder.resolve("lgo"))) {
      assertThat(files.next(10)).isEmpty();
      assertThat(files.location()).isEqualTo(location);
      write("lgo", "a\n");
      assertThat(files.next(10)).hasSize(1);
      assertThat(files.location().orElseThrow()).contains("lgo").doesNotContain("\"log\"");
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
  void ofALineThatIsTooLongNothingIsKept() throws Exception {
    Path file = write("log", "x".repeat(200_000) + "\nnext\n");
    try (GrowingFiles files = follow(Optional.empty(), file)) {
      List<Line> lines = all(files);
      assertThat(lines.get(0).tooLong()).isTrue();
      assertThat(lines.get(0).bytes()).isEmpty();
      assertThat(lines.get(1).place()).isEqualTo("log~0@200001");
      assertThat(texts(lines.subList(1, 2))).containsExactly("next");
    }
  }

  @Test
  void whatIsReadAtOnceIsBoundedInBytesToo() throws Exception {
    int lineBytes = 1 << 20;
    Path file = folder.resolve("log");
    for (int line = 0; line < 40; line++) {
      Files.writeString(
          file,
          "x".repeat(lineBytes - 1) + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    }
    try (GrowingFiles files = open(lineBytes, Optional.empty(), false, file)) {
      assertThat(files.next(10_000)).hasSize(32);
      assertThat(files.isAtEnd()).isFalse();
      assertThat(files.next(10_000)).hasSize(8);
      assertThat(files.isAtEnd()).isTrue();
    }
  }

  @Test
  void aLineThatIsLongerThanIsReadAtOnceIsPassedOver() throws Exception {
    Path file = write("log", "x".repeat(40 << 20) + "\nnext");
    List<Line> lines = new ArrayList<>();
    try (GrowingFiles files = read(file)) {
      while (!files.isAtEnd()) {
        lines.addAll(files.next(10));
      }
    }
    assertThat(lines).extracting(Line::tooLong).containsExactly(true, false);
    assertThat(texts(lines.subList(1, 2))).containsExactly("next");
  }

  @Test
  void severalFilesTakeTurns() throws Exception {
    Path a = write("a", "a1\na2\na3\n");
    Path b = write("b", "b1\n");
    try (GrowingFiles files = read(a, b)) {
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
    assertThatThrownBy(() -> read(folder.resolve("never")))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("is not there");
  }

  private GrowingFiles follow(Optional<String> location, Path... files) throws IOException {
    return open(100, location, true, files);
  }

  private GrowingFiles read(Path... files) throws IOException {
    return open(100, Optional.empty(), false, files);
  }

  private GrowingFiles open(
      int maxLineBytes, Optional<String> location, boolean follow, Path... files)
      throws IOException {
    return GrowingFiles.open(
        new LinesSettings(List.of(files), follow, QUIET_FOR, 0),
        maxLineBytes,
        location,
        () -> nowNanos);
  }

  private void pass(Duration time) {
    nowNanos += time.toNanos();
  }

  /** Every line that is there or comes when nothing is written for long. */
  private List<Line> all(GrowingFiles files) throws IOException {
    List<Line> all = new ArrayList<>();
    // A replaced file gives its rest first, and its successor's turn comes then.
    for (int silent = 0; silent < 4; ) {
      List<Line> lines = files.next(10);
      silent = lines.isEmpty() ? silent + 1 : 0;
      all.addAll(lines);
      pass(QUIET_FOR);
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
