package io.logitstream.producer.lines;

import io.logitstream.producer.source.Hashes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A file that stays the same while its name goes over to others, and since when it has not grown.
 * For one thread.
 */
final class OpenedFile implements AutoCloseable {
  private final FileChannel file;

  private final @Nullable Object key;
  private final @Nullable String inode;
  private final long openedNanos;
  private long length;
  private long grewNanos;

  private OpenedFile(FileChannel file, @Nullable Object key, @Nullable String inode, long nowNanos)
      throws IOException {
    this.file = file;
    this.key = key;
    this.inode = inode;
    this.openedNanos = nowNanos;
    this.grewNanos = nowNanos;
    this.length = file.size();
  }

  /**
   * Opens the file that has the name now.
   *
   * @param nowNanos the time, of a clock that never goes back
   * @return empty while the name goes over to another file
   * @throws NoSuchFileException if nothing has the name
   */
  static Optional<OpenedFile> open(Path path, long nowNanos) throws IOException {
    Object before = key(path);
    String inode = inodeOf(path);
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      // No call tells the key of what was opened: it is the name's if the name had it all the time.
      if (Objects.equals(before, key(path))) {
        return Optional.of(new OpenedFile(file, before, inode, nowNanos));
      }
    } catch (IOException e) {
      file.close();
      throw e;
    }
    file.close();
    return Optional.empty();
  }

  /**
   * What its file system tells it by, which a volume keeps when it is mounted elsewhere; null where
   * there is no such thing.
   */
  @Nullable String inode() {
    return inode;
  }

  /** Whether the name is another file's now. Nobody's is not another's. */
  boolean isReplacedAt(Path path) throws IOException {
    try {
      return !Objects.equals(key, key(path));
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /** Looks whether it has grown. */
  void look(long nowNanos) throws IOException {
    long seen = file.size();
    if (seen != length) {
      length = seen;
      grewNanos = nowNanos;
    }
  }

  /** Bytes, when it was last looked at. */
  long length() {
    return length;
  }

  /** Whether it was open for so long, and has not grown meanwhile. */
  boolean isQuietFor(Duration span, long nowNanos) {
    return nowNanos - grewNanos >= span.toNanos();
  }

  /** Whether it was open for so long. */
  boolean isOpenFor(Duration span, long nowNanos) {
    return nowNanos - openedNanos >= span.toNanos();
  }

  /** Reads what is there from the offset on, at most what has room; -1 at the end. */
  int read(long offset, byte[] into) throws IOException {
    return file.read(ByteBuffer.wrap(into), offset);
  }

  /** SHA-256 (hex) of so many bytes from an offset on, or of those that there are. */
  String sha256(long offset, int bytes) throws IOException {
    ByteBuffer piece = ByteBuffer.allocate(bytes);
    int read = 0;
    while (piece.hasRemaining() && read >= 0) {
      read = file.read(piece, offset + piece.position());
    }
    MessageDigest sha256 = Hashes.sha256();
    sha256.update(piece.flip());
    return HexFormat.of().formatHex(sha256.digest());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private static @Nullable Object key(Path path) throws IOException {
    return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
  }

  /** What the file system tells the file of a name by, as {@link #inode}. */
  static @Nullable String inodeOf(Path path) throws IOException {
    try {
      return String.valueOf(Files.getAttribute(path, "unix:ino"));
    } catch (UnsupportedOperationException e) {
      return null;
    }
  }
}
