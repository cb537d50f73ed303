package io.logitstream.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Exit;

/**
 * Says why a broker ends the whole process. Kafka halts at once when it can no longer write its
 * logs, as on a full disk, without a word where people look.
 */
public final class BrokerHalt {
  private BrokerHalt() {}

  /**
   * Has the last words told before Kafka halts this process.
   *
   * @param dataDirectory folder of the broker's logs
   * @param lastWords where they are told; the process is gone when this returns
   */
  public static void tell(Path dataDirectory, Consumer<String> lastWords) {
    Exit.setHaltProcedure(
        (status, message) -> {
          try {
            lastWords.accept(words(dataDirectory, message));
          } finally {
            Runtime.getRuntime().halt(status);
          }
        });
  }

  static String words(Path dataDirectory, String message) {
    String why = message == null || message.isBlank() ? "" : " (" + message + ")";
    return "Kafka ended the process%s: it could not go on writing to %s, where %s. Is the disk full? Make room and start again on the same folder: what was committed is there"
        .formatted(why, dataDirectory, room(dataDirectory));
  }

  private static String room(Path dataDirectory) {
    try {
      long freeMib = Files.getFileStore(dataDirectory).getUsableSpace() >> 20;
      return "%,d MiB are free".formatted(freeMib);
    } catch (IOException e) {
      return "the free space is not known (" + e + ")";
    }
  }
}
