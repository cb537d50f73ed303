package io.logitstream.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the operator reads; the long tests fill a disk under a broker. */
class BrokerHaltTest {
  @Test
  void theLastWordsNameTheFolderTheRoomThatIsLeftAndWhatToDo(@TempDir Path folder) {
    assertThat(BrokerHalt.words(folder, "no space"))
        .startsWith("Kafka ended the process (no space): it could not go on writing to " + folder)
        .containsPattern("where [\\d,]+ MiB are free")
        .endsWith("Make room and start again on the same folder: what was committed is there");
  }

  @Test
  void aFolderThatIsGoneIsNamedAllTheSame(@TempDir Path folder) {
    assertThat(BrokerHalt.words(folder.resolve("gone"), ""))
        .startsWith("Kafka ended the process: it could not go on writing to ")
        .contains("the free space is not known");
  }
}
