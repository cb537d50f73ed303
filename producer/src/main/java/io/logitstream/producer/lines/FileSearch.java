package io.logitstream.producer.lines;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds a file again that was read: it may have been renamed while nobody looked. */
final class FileSearch {
  private FileSearch() {}

  /**
   * Looks at the file that has the name now, and at its neighbours in the folder. One that is known
   * to be the file goes before one that only begins as it did: the same file on another machine,
   * or, among neighbours, the only copy.
   *
   * @param named what has the name now; empty if nothing has
   * @param read where the file was read to
   * @param nowNanos the time, of a clock that never goes back
   * @return the named file, or a neighbour that the caller closes; empty if none is the file
   */
  static Optional<OpenedFile> find(
      Path name, Optional<OpenedFile> named, Position read, long nowNanos) throws IOException {
    if (named.isPresent() && read.isOf(named.get())) {
      return named;
    }
    List<Path> copies = new ArrayList<>();
    for (Path neighbour : neighbours(name)) {
      Optional<OpenedFile> renamed = open(neighbour, read::isOf, nowNanos);
      if (renamed.isPresent()) {
        return renamed;
      }
      Optional<OpenedFile> copy = open(neighbour, read::isCopiedTo, nowNanos);
      if (copy.isPresent()) {
        copies.add(neighbour);
        copy.get().close();
      }
    }
    if (named.isPresent() && read.fits(named.get())) {
      return named;
    }
    return copies.size() == 1 ? open(copies.get(0), read::isCopiedTo, nowNanos) : Optional.empty();
  }

  private static List<Path> neighbours(Path name) throws IOException {
    List<Path> neighbours = new ArrayList<>();
    try (DirectoryStream<Path> folder = Files.newDirectoryStream(name.resolveSibling(""))) {
      for (Path file : folder) {
        if (!file.getFileName().equals(name.getFileName()) && Files.isRegularFile(file)) {
          neighbours.add(file);
        }
      }
    } catch (NoSuchFileException | AccessDeniedException e) {
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return neighbours;
  }

  /** Opens a file if it is wanted; empty for one that may not be read, or is gone. */
  private static Optional<OpenedFile> open(Path path, Wanted wanted, long nowNanos)
      throws IOException {
    Optional<OpenedFile> file;
    try {
      file = OpenedFile.open(path, nowNanos);
    } catch (NoSuchFileException | AccessDeniedException e) {
      return Optional.empty();
    }
    boolean isWanted = false;
    try {
      isWanted = file.isPresent() && wanted.test(file.get());
    } finally {
      if (!isWanted && file.isPresent()) {
        file.get().close();
      }
    }
    return isWanted ? file : Optional.empty();
  }

  /** Tells whether a file is looked for. */
  private interface Wanted {
    boolean test(OpenedFile file) throws IOException;
  }
}
