package io.logitstream.producer.lines;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that may still be written, and replaced: what is renamed away is read to its end first,
 * then its successor from its start, as the next generation. A line counts when its end is there.
 * For one thread.
 */
final class GrowingFile implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(GrowingFile.class);
  private static final int HEAD_BYTES = 256;
  private static final int CHUNK_BYTES = 64 << 10;

  private final String name;
  private final Path path;
  private final int maxLineBytes;
  private final boolean follow;
  private final byte[] chunk = new byte[CHUNK_BYTES];
  private int generation;
  private @Nullable RandomAccessFile file;
  private @Nullable Object fileKey;
  private LineBuffer buffer;
  private long readOffset;

  /**
   * Where reading goes on in a file.
   *
   * @param generation how often the file was replaced before
   * @param offset offset of the next line
   * @param headBytes length of the beginning that tells the file from its successor
   * @param headSha256 SHA-256 (hex) of that beginning
   */
  record Position(int generation, long offset, int headBytes, String headSha256) {}

  /**
   * @param name unique among the files, the same on every machine
   * @param stored where reading goes on; null at the start
   * @param follow whether more may be written: else a last line without an end counts too
   */
  GrowingFile(String name, Path path, int maxLineBytes, @Nullable Position stored, boolean follow)
      throws IOException {
    this.name = name;
    this.path = path;
    this.maxLineBytes = maxLineBytes;
    this.follow = follow;
    this.generation = stored == null ? 0 : stored.generation();
    this.buffer = new LineBuffer(maxLineBytes, 0);
    open();
    if (stored != null) {
      goOn(stored);
    }
  }

  String name() {
    return name;
  }

  /** Where reading goes on behind the lines that were given. */
  Position position() throws IOException {
    int headBytes = (int) Math.min(HEAD_BYTES, buffer.offset());
    return new Position(generation, buffer.offset(), headBytes, head(headBytes));
  }

  /** The next lines; none if there is none now. */
  List<Line> next(int max) throws IOException {
    List<Line> lines = new ArrayList<>();
    while (lines.size() < max) {
      int read = readChunk();
      if (read <= 0) {
        break;
      }
      int used =
          buffer.add(
              chunk,
              0,
              read,
              max - lines.size(),
              cut -> lines.add(new Line(cut.bytes(), place(cut.start()), cut.tooLong())));
      readOffset += used;
    }
    if (lines.isEmpty()) {
      boolean replaced = follow && isReplaced();
      if (buffer.hasRest() && (replaced || !follow)) {
        LineBuffer.Cut rest = buffer.rest();
        lines.add(new Line(rest.bytes(), place(rest.start()), rest.tooLong()));
      } else if (replaced) {
        openSuccessor();
      }
    }
    return lines;
  }

  /** Whether everything that is there now was given. */
  boolean isAtEnd() throws IOException {
    return !buffer.hasRest() && (file == null || readOffset >= file.length());
  }

  private String place(long offset) {
    return "%s~%d@%d".formatted(name, generation, offset);
  }

  private int readChunk() throws IOException {
    if (file == null && !open()) {
      return 0;
    }
    RandomAccessFile current = Objects.requireNonNull(file);
    if (current.length() < readOffset) {
      LOGGER.warn(
          "{} was truncated to {} bytes; it is read from its start", path, current.length());
      begin();
    }
    current.seek(readOffset);
    return current.read(chunk);
  }

  private boolean open() throws IOException {
    try {
      fileKey = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      file = new RandomAccessFile(path.toFile(), "r");
      return true;
    } catch (NoSuchFileException e) {
      if (!follow) {
        throw e;
      }
      return false;
    }
  }

  private void goOn(Position stored) throws IOException {
    RandomAccessFile current = file;
    if (current == null) {
      return;
    }
    boolean same =
        current.length() >= stored.offset() && head(stored.headBytes()).equals(stored.headSha256());
    if (same) {
      readOffset = stored.offset();
      buffer = new LineBuffer(maxLineBytes, stored.offset());
    } else {
      LOGGER.warn(
          "{} is another file than the one that was read to offset {}: it is read from its start,"
              + " and what its predecessor had behind that was not read",
          path,
          stored.offset());
      begin();
    }
  }

  /** Whether another file has the name now, and this one was read to its end. */
  private boolean isReplaced() throws IOException {
    RandomAccessFile current = file;
    if (current == null || readOffset < current.length()) {
      return false;
    }
    try {
      Object newest = Files.readAttributes(path, BasicFileAttributes.class).fileKey();
      return newest != null && !newest.equals(fileKey);
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  private void openSuccessor() throws IOException {
    LOGGER.info("{} was replaced; its successor is read from its start", path);
    close();
    if (open()) {
      begin();
    }
  }

  private void begin() {
    generation++;
    readOffset = 0;
    buffer = new LineBuffer(maxLineBytes, 0);
  }

  private String head(int bytes) throws IOException {
    byte[] head = new byte[bytes];
    RandomAccessFile current = file;
    if (current != null && bytes > 0) {
      current.seek(0);
      current.readFully(head);
    }
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(head));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  @Override
  public void close() throws IOException {
    RandomAccessFile current = file;
    file = null;
    if (current != null) {
      current.close();
    }
  }
}
