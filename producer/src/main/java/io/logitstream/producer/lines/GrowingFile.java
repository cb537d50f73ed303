package io.logitstream.producer.lines;

import io.logitstream.producer.lines.FileSearch.Found;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file that may still be written, and replaced: what was renamed away is read until nobody has
 * written to it for a while, then its successor from its start, as the next generation. A line
 * counts when its end is there, or when its file is over. For one thread.
 */
final class GrowingFile implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(GrowingFile.class);
  private static final int CHUNK_BYTES = 64 << 10;
  private static final int AT_ONCE_BYTES = 32 << 20;
  private static final int OPEN_MAX = 64;

  private final String name;
  private final Path path;
  private final int maxLineBytes;
  private final Following following;
  private final byte[] chunk = new byte[CHUNK_BYTES];

  /** The file that is read, and those that have replaced it and each other, in their order. */
  private final List<OpenedFile> files = new ArrayList<>();

  /** Where reading goes on once the file is there; null from then on. */
  private @Nullable Position awaited;

  private boolean isSoughtInVain;
  private boolean isMissingTold;
  private int generation;
  private LineBuffer buffer;
  private long readOffset;

  /**
   * Whether and how a file is waited on for more.
   *
   * @param isOn whether more may be written: else a last line without an end counts at once
   * @param quietFor how long a file that was replaced must not grow to be over
   */
  record Following(boolean isOn, Duration quietFor) {}

  /**
   * @param name unique among the files, the same on every machine
   * @param stored where reading goes on; empty at the start
   * @param nowNanos the time, of a clock that never goes back
   */
  GrowingFile(
      String name,
      Path path,
      int maxLineBytes,
      Optional<Position> stored,
      Following following,
      long nowNanos)
      throws IOException {
    this.name = name;
    this.path = path;
    this.maxLineBytes = maxLineBytes;
    this.following = following;
    this.awaited = stored.orElse(null);
    this.generation = stored.map(Position::generation).orElse(0);
    this.buffer = new LineBuffer(maxLineBytes, 0);
    try {
      look(nowNanos);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  String name() {
    return name;
  }

  Path path() {
    return path;
  }

  /** Whether nothing is there to be read. */
  boolean isMissing() {
    return files.isEmpty();
  }

  /** Where reading goes on behind the lines that were given; empty if nothing was ever read. */
  Optional<Position> position() throws IOException {
    if (files.isEmpty()) {
      return Optional.ofNullable(awaited);
    }
    return Optional.of(Position.in(files, generation, buffer.offset()));
  }

  /** The next lines, as {@link LineSource#next} gives them. */
  List<Line> next(int max, long nowNanos) throws IOException {
    look(nowNanos);
    if (files.isEmpty()) {
      return List.of();
    }
    OpenedFile file = files.get(0);
    List<Line> lines = read(file, max);
    if (lines.isEmpty() && isOver(file, nowNanos)) {
      if (buffer.hasRest()) {
        lines.add(line(buffer.rest()));
      } else if (files.size() > 1) {
        LOGGER.info("{} was replaced; its successor is read from its start", path);
        files.remove(0).close();
        begin();
      }
    }
    return lines;
  }

  /** Whether everything that is there now was given. */
  boolean isAtEnd() {
    return files.size() == 1 && !buffer.hasRest() && readOffset >= files.get(0).length();
  }

  /** Opens what has the name now, unless it is open: it may be renamed before its turn comes. */
  private void look(long nowNanos) throws IOException {
    for (OpenedFile file : files) {
      file.look(nowNanos);
    }
    if (files.size() >= OPEN_MAX || (!files.isEmpty() && !isReplaced())) {
      return;
    }
    try {
      OpenedFile.open(path, nowNanos).ifPresent(files::add);
    } catch (NoSuchFileException e) {
      if (!following.isOn()) {
        throw e;
      }
      if (!isMissingTold) {
        LOGGER.warn("{} is not there; it is waited for", path);
        isMissingTold = true;
      }
    }
    if (files.size() >= OPEN_MAX) {
      LOGGER.warn(
          "{} files that were {} wait to be read: as long as they are so many, what is renamed away"
              + " is left out. Replace it less often",
          files.size(),
          path);
    }
    if (awaited != null) {
      goOn(awaited, nowNanos);
    }
  }

  private boolean isReplaced() throws IOException {
    return following.isOn() && files.get(files.size() - 1).isReplacedAt(path);
  }

  private List<Line> read(OpenedFile file, int max) throws IOException {
    if (file.length() < readOffset) {
      LOGGER.warn("{} was truncated to {} bytes; it is read from its start", path, file.length());
      begin();
    }
    List<Line> lines = new ArrayList<>();
    long end = readOffset + AT_ONCE_BYTES;
    while (lines.size() < max && readOffset < end) {
      int read = file.read(readOffset, chunk);
      if (read <= 0) {
        break;
      }
      readOffset += buffer.add(chunk, 0, read, max - lines.size(), cut -> lines.add(line(cut)));
    }
    return lines;
  }

  /** Whether it was read to its end and nobody will write to it any more. */
  private boolean isOver(OpenedFile file, long nowNanos) {
    if (!following.isOn()) {
      return readOffset >= file.length();
    }
    // Who writes it may not know yet that it was renamed: a daemon that waits for its signal.
    Duration quietFor = following.quietFor();
    return files.size() > 1
        && files.get(1).isOpenFor(quietFor, nowNanos)
        && file.isQuietFor(quietFor, nowNanos)
        && readOffset == file.length();
  }

  private void goOn(Position stored, long nowNanos) throws IOException {
    Optional<OpenedFile> named = files.stream().findFirst();
    if (named.isEmpty() && isSoughtInVain) {
      return;
    }
    FileSearch search = new FileSearch(path, named, nowNanos);
    Optional<Found> found = search.find(stored);
    if (found.isEmpty() && named.isEmpty()) {
      isSoughtInVain = true;
      return;
    }
    boolean isNamed = found.map(Found::file).equals(named);
    if (!isNamed) {
      found.map(Found::file).ifPresent(file -> files.add(0, file));
      files.addAll(found.isPresent() ? 1 : 0, search.findNext(stored.next()));
    }
    awaited = null;
    if (found.isPresent()) {
      if (!isNamed) {
        tellRenamed(found.get(), stored);
      }
      readOffset = stored.offset();
      buffer = new LineBuffer(maxLineBytes, stored.offset());
    } else {
      LOGGER.warn(
          "{} is another file than the one that was read to offset {}, and no file beside it is:"
              + " what that one had behind the offset is left out, and what has replaced it is read"
              + " from its start",
          path,
          stored.offset());
      begin();
    }
  }

  private void tellRenamed(Found found, Position stored) {
    if (found.isCopy()) {
      LOGGER.warn(
          "{} is another file than the one that was read to offset {}, and {} is the only copy of"
              + " that: it is read on in its place, and what it lacks is left out",
          path,
          stored.offset(),
          found.path());
    } else {
      LOGGER.info(
          "{} is {} now: it is read on from offset {}, and then what has replaced it",
          path,
          found.path(),
          stored.offset());
    }
  }

  private void begin() {
    generation++;
    readOffset = 0;
    buffer = new LineBuffer(maxLineBytes, 0);
  }

  private Line line(LineBuffer.Cut cut) {
    return new Line(
        cut.bytes(), "%s~%d@%d".formatted(name, generation, cut.start()), cut.tooLong());
  }

  @Override
  public void close() throws IOException {
    for (OpenedFile file : files) {
      file.close();
    }
    files.clear();
  }
}
