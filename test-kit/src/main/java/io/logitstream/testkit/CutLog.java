package io.logitstream.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/**
 * Cuts the end off a log of a broker that is stopped, as an election of a replica does that was
 * behind: the broker's next start leads the partition in a new epoch, from the cut on. For tests of
 * what then becomes of those who had read further.
 */
public final class CutLog {
  /** A batch begins with its base offset and the length of what follows, in bytes. */
  private static final int BATCH_FRAME_BYTES = Long.BYTES + Integer.BYTES;

  /** What the broker writes anew when it finds a log that was not closed. */
  private static final List<String> DERIVED = List.of(".index", ".timeindex", ".snapshot");

  private CutLog() {}

  /**
   * Cuts off batches.
   *
   * @param dataDirectory of a broker that is stopped, and has written one segment of the partition
   * @param offset the first that is to be gone: a batch must begin there
   * @throws IllegalArgumentException if none does
   */
  public static void at(Path dataDirectory, String topic, int partition, long offset) {
    Path folder = dataDirectory.resolve("%s-%d".formatted(topic, partition));
    try {
      Path segment = folder.resolve("00000000000000000000.log");
      try (FileChannel log =
          FileChannel.open(segment, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
        log.truncate(position(log, segment, offset));
      }
      try (Stream<Path> files = Files.list(folder)) {
        for (Path file : files.toList()) {
          if (DERIVED.stream().anyMatch(end -> file.toString().endsWith(end))) {
            Files.delete(file);
          }
        }
      }
      Files.deleteIfExists(dataDirectory.resolve(".kafka_cleanshutdown"));
      Files.deleteIfExists(dataDirectory.resolve("recovery-point-offset-checkpoint"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long position(FileChannel log, Path segment, long offset) throws IOException {
    ByteBuffer frame = ByteBuffer.allocate(BATCH_FRAME_BYTES);
    for (long position = 0; log.read(frame.clear(), position) == BATCH_FRAME_BYTES; ) {
      long baseOffset = frame.getLong(0);
      if (baseOffset == offset) {
        return position;
      }
      position += BATCH_FRAME_BYTES + frame.getInt(Long.BYTES);
    }
    throw new IllegalArgumentException(
        "no batch of %s begins at offset %d".formatted(segment, offset));
  }
}
