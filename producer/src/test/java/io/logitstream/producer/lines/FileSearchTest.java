package io.logitstream.producer.lines;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileSearchTest {
  private static final String LONG = "x".repeat(300) + "\n";
  private static final int READ = 100;
  private static final int LONG_READ = 290;

  @TempDir private Path folder;
  private Path name;

  @BeforeEach
  void write() throws IOException {
    name = Files.writeString(folder.resolve("log"), LONG);
  }

  @Test
  void aFileIsFoundUnderItsNewName() throws Exception {
    Position read = positionAt(READ);
    Path renamed = Files.move(name, folder.resolve("log.1"));
    Files.copy(renamed, folder.resolve("a copy"));
    Files.createDirectory(folder.resolve("a folder"));

    assertThat(found(read)).as("nothing has the name").contains(key(renamed));
    Files.writeString(name, LONG + "more");
    assertThat(found(read)).as("its successor begins alike").contains(key(renamed));
  }

  @Test
  void whatHasTheNameIsTheFileOnAnotherMachine() throws Exception {
    Position read = positionAt(READ);
    Path original = Files.move(name, folder.resolve("elsewhere"));
    Files.copy(original, name);
    Files.delete(original);

    assertThat(found(read)).contains(key(name));
    assertThat(found(ofAnEarlierVersion(read))).contains(key(name));
  }

  @Test
  void ofCopiesTheOnlyOneIsTheFileIfEnoughOfItWasRead() throws Exception {
    Position read = positionAt(LONG_READ);
    Position littleRead = positionAt(READ);
    Path copy = Files.copy(name, folder.resolve("log.1"));
    Files.writeString(name, "truncated, and written anew");

    assertThat(found(read)).contains(key(copy));
    assertThat(found(littleRead)).isEmpty();
    Files.copy(copy, folder.resolve("log.2"));
    assertThat(found(read)).as("which of two").isEmpty();
  }

  @Test
  void aFileThatIsShorterThanWhatWasReadIsAnother() throws Exception {
    Position read = positionAt(LONG_READ);
    Files.writeString(name, LONG.substring(0, LONG_READ - 1));

    assertThat(found(read)).isEmpty();
  }

  @Test
  void aFileOfWhichNothingWasReadIsNotKnownByItsKeyAlone() throws Exception {
    Position read = positionAt(0);
    Files.move(name, folder.resolve("log.1"));

    assertThat(found(read)).isEmpty();
    Files.writeString(name, "new");
    assertThat(found(read)).contains(key(name));
  }

  private Position positionAt(long offset) throws IOException {
    try (OpenedFile file = OpenedFile.open(name, 0).orElseThrow()) {
      return Position.in(file, 3, offset);
    }
  }

  private static Position ofAnEarlierVersion(Position position) {
    return new Position(
        position.generation(),
        position.offset(),
        position.headBytes(),
        position.headSha256(),
        null);
  }

  private Optional<String> found(Position read) throws IOException {
    Optional<OpenedFile> named = Files.exists(name) ? OpenedFile.open(name, 0) : Optional.empty();
    Optional<OpenedFile> found = FileSearch.find(name, named, read, 0);
    Optional<String> key = found.map(OpenedFile::key);
    for (Optional<OpenedFile> file : List.of(named, found)) {
      if (file.isPresent()) {
        file.get().close();
      }
    }
    return key;
  }

  private static String key(Path path) throws IOException {
    try (OpenedFile file = OpenedFile.open(path, 0).orElseThrow()) {
      return String.valueOf(file.key());
    }
  }
}
