package io.logitstream.producer.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSearchTest {
  /** What a program writes into each of its files. */
  private static final String HEADER = "h".repeat(300) + "\n";

  private static final String TEXT = HEADER + lines("line");
  private static final int LITTLE = 100;
  private static final int MUCH = 700;

  @TempDir private Path folder;
  private Path name;

  @BeforeEach
  void write() throws IOException {
    name = Files.writeString(folder.resolve("log"), TEXT);
  }

  @Test
  void aFileIsFoundUnderItsNewName() throws Exception {
    Position read = positionAt(LITTLE);
    Path renamed = Files.move(name, folder.resolve("log.1"));
    Files.copy(renamed, folder.resolve("a copy"));
    Files.createDirectory(folder.resolve("a folder"));
    Files.createSymbolicLink(folder.resolve("a link"), folder.resolve("nowhere"));

    assertThat(found(read)).as("nothing has the name").isEqualTo("log.1");
    Files.writeString(name, HEADER + lines("other"));
    assertThat(found(read)).as("what has replaced it begins alike").isEqualTo("log.1");
  }

  @Test
  void whatHasTheNameAndAllThatWasReadGoesBeforeTheFileThatWasRenamed() throws Exception {
    Position read = positionAt(MUCH);
    Path backup = Files.move(name, folder.resolve("log~"));
    Files.copy(backup, name);
    Files.writeString(name, "more\n", StandardOpenOption.APPEND);

    assertThat(found(read)).isEqualTo("log");
  }

  @Test
  void whatHasTheNameIsTheFileOnAnotherMachine() throws Exception {
    Position read = positionAt(LITTLE);
    Path original = Files.move(name, folder.resolve("elsewhere"));
    Files.copy(original, name);
    Files.delete(original);

    assertThat(found(read)).isEqualTo("log");
    assertThat(found(ofAnEarlierVersion(read))).isEqualTo("log");
  }

  @Test
  void whatBeginsAlikeAndHasNotWhatWasReadIsAnotherFile() throws Exception {
    Position read = positionAt(MUCH);
    Files.delete(name);
    Files.writeString(folder.resolve("archive"), HEADER + lines("past"));
    Files.writeString(name, HEADER + lines("other"));

    assertThat(found(read)).isEmpty();
  }

  @Test
  void ofCopiesTheOnlyOneIsTheFileIfEnoughOfItWasRead() throws Exception {
    Position read = positionAt(MUCH);
    Position littleRead = positionAt(LITTLE);
    Path copy = Files.copy(name, folder.resolve("log.1"));
    Files.writeString(name, "truncated, and written anew");

    assertThat(found(read)).isEqualTo("log.1, a copy");
    assertThat(found(littleRead)).isEmpty();
    Files.copy(copy, folder.resolve("log.2"));
    assertThat(found(read)).as("which of two").isEmpty();
  }

  @Test
  void aFileThatIsShorterThanWhatWasReadIsAnother() throws Exception {
    Position read = positionAt(MUCH);
    Files.writeString(name, TEXT.substring(0, MUCH - 1));

    assertThat(found(read)).isEmpty();
  }

  @Test
  void aFileOfWhichNothingWasReadIsFoundByWhatWasThere() throws Exception {
    Position read = positionAt(0);
    Files.move(name, folder.resolve("log.1"));
    Files.writeString(name, "new");

    assertThat(found(read)).isEqualTo("log.1");
  }

  @Test
  void anEmptyFileIsNotKnownByItsNumberAlone() throws Exception {
    Files.writeString(name, "");
    Position read = positionAt(0);
    Files.move(name, folder.resolve("log.1"));
    Files.writeString(name, "new");

    assertThat(found(read)).as("which is known to be another").isEmpty();
    assertThat(found(ofAnEarlierVersion(read))).isEqualTo("log");
  }

  @Test
  void whatHasReplacedTheFileIsNotTakenForItHoweverAlikeTheyAre() throws Exception {
    Path renamed = Files.move(name, folder.resolve("log.1"));
    Files.copy(renamed, name);
    Position read;
    try (OpenedFile file = OpenedFile.open(renamed, 0).orElseThrow();
        OpenedFile next = OpenedFile.open(name, 0).orElseThrow()) {
      read = Position.in(List.of(file, next), 3, MUCH);
    }

    assertThat(found(read)).isEqualTo("log.1");
    Files.delete(renamed);
    assertThat(found(read)).isEmpty();
  }

  @Test
  void aCopyIsNotReadInPlaceOfWhatMayStillCome() throws Exception {
    Position read = positionAt(MUCH);
    Files.copy(name, folder.resolve("a copy"));
    Files.delete(name);

    assertThat(found(read)).isEmpty();
  }

  @Test
  void withoutTheFolderNothingIsFound() throws Exception {
    Position read = positionAt(MUCH);
    name = folder.resolve("not mounted").resolve("log");

    assertThat(found(read)).isEmpty();
  }

  private static String lines(String text) {
    return IntStream.range(0, 100)
        .mapToObj(number -> "%s %d%n".formatted(text, number))
        .collect(Collectors.joining());
  }

  private Position positionAt(long offset) throws IOException {
    try (OpenedFile file = OpenedFile.open(name, 0).orElseThrow()) {
      return Position.in(List.of(file), 3, offset);
    }
  }

  private static Position ofAnEarlierVersion(Position position) {
    FileIdentity file = position.file();
    return new Position(
        position.generation(),
        position.offset(),
        new FileIdentity(null, file.headBytes(), file.headSha256()),
        0,
        null,
        List.of());
  }

  /** The present name of what is found; empty if nothing is. */
  private String found(Position read) throws IOException {
    Optional<OpenedFile> named = Files.exists(name) ? OpenedFile.open(name, 0) : Optional.empty();
    Optional<FileSearch.Found> found = new FileSearch(name, named, 0).find(read);
    if (named.isPresent()) {
      named.get().close();
    }
    if (found.isPresent()) {
      found.get().file().close();
    }
    return found
        .map(file -> file.path().getFileName() + (file.isCopy() ? ", a copy" : ""))
        .orElse("");
  }
}
