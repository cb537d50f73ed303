package io.logitstream.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.jspecify.annotations.Nullable;

/**
 * A broker's folder, held by this process from {@link #open} to {@link #close}.
 *
 * <p>Kafka locks its folder by a file {@code .lock}, but only after the controller has begun to
 * write there. So a lock of our own is held all the time, and Kafka's is tried before anything is
 * touched.
 */
final class DataDirectory implements AutoCloseable {

  private static final String KAFKA_LOCK = ".lock";
  private static final String OWN_LOCK = ".logitstream.lock";

  /**
   * Folders held by this process. Asked before a lock file is opened: closing any channel of a file
   * gives up the process's other locks on it (POSIX).
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path path;
  private final FileChannel lockChannel;

  private DataDirectory(Path path, FileChannel lockChannel) {
    this.path = path;
    this.lockChannel = lockChannel;
  }

  /**
   * Creates, locks and, when it is new, formats the folder.
   *
   * @throws EmbeddedStartException when another broker uses it or it cannot be written
   */
  static DataDirectory open(Path directory) {
    Path path = create(directory);
    if (!HELD.add(path)) {
      throw inUse(path, null);
    }
    FileChannel held = null;
    try {
      held = lock(path, path.resolve(OWN_LOCK));
      lock(path, path.resolve(KAFKA_LOCK)).close();
      DataDirectory opened = new DataDirectory(path, held);
      opened.formatWhenNew();
      return opened;
    } catch (Exception e) {
      HELD.remove(path);
      closeAfter(held, e);
      throw e instanceof EmbeddedStartException known
          ? known
          : new EmbeddedStartException("Could not prepare the broker's folder " + path, e);
    }
  }

  private static Path create(Path directory) {
    try {
      return Files.createDirectories(directory).toRealPath();
    } catch (IOException e) {
      throw new EmbeddedStartException("Could not create the broker's folder " + directory, e);
    }
  }

  private static FileChannel lock(Path directory, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return channel;
      }
    } catch (OverlappingFileLockException e) {
      channel.close();
      throw inUse(directory, e);
    } catch (IOException e) {
      closeAfter(channel, e);
      throw e;
    }
    channel.close();
    throw inUse(directory, null);
  }

  private void formatWhenNew() throws Exception {
    if (Files.exists(path.resolve("meta.properties"))) {
      return;
    }
    PrintStream silent =
        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
    new Formatter()
        .setClusterId(Uuid.randomUuid().toString())
        .setNodeId(BrokerProperties.NODE_ID)
        .setDirectories(List.of(path.toString()))
        .setMetadataLogDirectory(path.toString())
        .setControllerListenerName(BrokerProperties.CONTROLLER_LISTENER)
        .setHasDynamicQuorum(false)
        .setIgnoreFormatted(true)
        .setUnstableFeatureVersionsEnabled(false)
        .setPrintStream(silent)
        .run();
  }

  private static EmbeddedStartException inUse(Path path, @Nullable Throwable cause) {
    return new EmbeddedStartException(
        "The folder " + path + " is in use by another broker; stop it or choose another folder",
        cause);
  }

  private static void closeAfter(@Nullable FileChannel channel, Exception failure) {
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      failure.addSuppressed(e);
    }
  }

  @Override
  public void close() {
    try {
      lockChannel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("Could not release the broker's folder " + path, e);
    } finally {
      HELD.remove(path);
    }
  }
}
