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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds files again that were read, or were to be: they may have been renamed while nobody looked.
 */
final class FileSearch {
  private static final Logger LOGGER = LoggerFactory.getLogger(FileSearch.class);

  /** A rotation may rename what is not looked at yet to what was listed before. */
  private static final int LISTINGS = 2;

  private final Path name;
  private final Optional<OpenedFile> named;
  private final long nowNanos;

  /**
   * @param name of the file when it was read
   * @param named what has the name now; empty if nothing has
   * @param nowNanos the time, of a clock that never goes back
   */
  FileSearch(Path name, Optional<OpenedFile> named, long nowNanos) {
    this.name = name;
    this.named = named;
    this.nowNanos = nowNanos;
  }

  /**
   * A file that was found.
   *
   * @param file the named one, or a neighbour that the caller closes
   * @param path what it is named now
   * @param isCopy whether it is not the file itself, as far as is known
   */
  record Found(OpenedFile file, Path path, boolean isCopy) {}

  /**
   * Looks for the file that was read at its name and in its folder. What has the name and all that
   * was read goes first, then the file itself under another name, then what has the name and may be
   * it, then the only copy, in place of what has the name.
   *
   * @throws IOException if the folder or the file cannot be read: it may be there
   */
  Optional<Found> find(Position read) throws IOException {
    // What has replaced the file is not the file, however alike they are.
    Optional<OpenedFile> candidate =
        named.isPresent() && isAny(read.next(), named.get()) ? Optional.empty() : named;
    if (candidate.isPresent() && (read.isOf(candidate.get()) || read.isCopiedTo(candidate.get()))) {
      return Optional.of(new Found(candidate.get(), name, false));
    }
    Optional<Found> renamed = renamed(read.file(), read::isOf);
    if (renamed.isPresent()) {
      return renamed;
    }
    if (candidate.isPresent() && read.mayBe(candidate.get())) {
      return Optional.of(new Found(candidate.get(), name, false));
    }
    return named.isPresent() ? onlyCopy(read) : Optional.empty();
  }

  /**
   * Looks for files that have replaced the one that was read, and each other.
   *
   * @return those that are there, but for what has the name, in their order; the caller closes them
   * @throws IOException as {@link #find}
   */
  List<OpenedFile> findNext(List<FileIdentity> next) throws IOException {
    List<OpenedFile> found = new ArrayList<>();
    int missing = 0;
    for (FileIdentity file : next) {
      if (named.isPresent() && file.isOf(named.get())) {
        continue;
      }
      Optional<Found> renamed = renamed(file, file::isOf);
      if (renamed.isPresent()) {
        found.add(renamed.get().file());
      } else {
        missing++;
      }
    }
    if (missing > 0) {
      LOGGER.warn(
          "{} files that were {} for a time and were not read yet are not beside it any more: what"
              + " they have is left out",
          missing,
          name);
    }
    return found;
  }

  /** Looks for a file by its number first: only what has it is opened. */
  private Optional<Found> renamed(FileIdentity file, Wanted wanted) throws IOException {
    for (int listing = 0; listing < LISTINGS; listing++) {
      for (Path neighbour : neighbours()) {
        if (!hasInode(neighbour, file.inode())) {
          continue;
        }
        try {
          Optional<OpenedFile> found = open(neighbour, wanted);
          if (found.isPresent()) {
            return Optional.of(new Found(found.get(), neighbour, false));
          }
        } catch (AccessDeniedException e) {
          LOGGER.warn("{} was {}, and may not be read now", neighbour, name);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Found> onlyCopy(Position read) throws IOException {
    List<Path> copies = new ArrayList<>();
    for (Path neighbour : neighbours()) {
      try {
        Optional<OpenedFile> copy = open(neighbour, read::isCopiedTo);
        if (copy.isPresent()) {
          copy.get().close();
          copies.add(neighbour);
        }
      } catch (IOException e) {
        LOGGER.debug("{} is passed over in the search for a copy of {}", neighbour, name, e);
      }
    }
    if (copies.size() != 1) {
      return Optional.empty();
    }
    Path path = copies.get(0);
    return open(path, read::isCopiedTo).map(file -> new Found(file, path, true));
  }

  private List<Path> neighbours() throws IOException {
    List<Path> neighbours = new ArrayList<>();
    Path folder = name.resolveSibling("");
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path file : entries) {
        if (!file.getFileName().equals(name.getFileName()) && Files.isRegularFile(file)) {
          neighbours.add(file);
        }
      }
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (AccessDeniedException e) {
      LOGGER.warn("{} may not be listed: what was {} is not looked for there", folder, name);
      return List.of();
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return neighbours;
  }

  private static boolean hasInode(Path file, @Nullable String inode) {
    try {
      return inode != null && inode.equals(OpenedFile.inodeOf(file));
    } catch (IOException e) {
      return false;
    }
  }

  private static boolean isAny(List<FileIdentity> identities, OpenedFile file) throws IOException {
    for (FileIdentity identity : identities) {
      if (identity.isOf(file)) {
        return true;
      }
    }
    return false;
  }

  /** Opens a file if it is wanted; empty for one that is gone. */
  private Optional<OpenedFile> open(Path path, Wanted wanted) throws IOException {
    Optional<OpenedFile> file;
    try {
      file = OpenedFile.open(path, nowNanos);
    } catch (NoSuchFileException e) {
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
