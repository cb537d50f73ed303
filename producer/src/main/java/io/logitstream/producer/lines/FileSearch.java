package io.logitstream.producer.lines;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
  private final long nowNanos;

  /**
   * @param name of the file when it was read; what has it now is no neighbour
   * @param nowNanos the time, of a clock that never goes back
   */
  FileSearch(Path name, long nowNanos) {
    this.name = name;
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
   * Looks at the file that has the name now, and at its neighbours in the folder. What has the name
   * and all that was read goes first, then the file itself under another name, then what has the
   * name and begins alike, then the only copy.
   *
   * @param named what has the name now; empty if nothing has
   * @param read where the file was read to
   */
  Optional<Found> find(Optional<OpenedFile> named, Position read) throws IOException {
    if (named.isPresent() && (read.isOf(named.get()) || read.isCopiedTo(named.get()))) {
      return Optional.of(new Found(named.get(), name, false));
    }
    List<Path> copies = List.of();
    for (int listing = 0; listing < LISTINGS; listing++) {
      copies = new ArrayList<>();
      for (Path neighbour : neighbours()) {
        Optional<OpenedFile> renamed = open(neighbour, read::isOf);
        if (renamed.isPresent()) {
          return Optional.of(new Found(renamed.get(), neighbour, false));
        }
        Optional<OpenedFile> copy = open(neighbour, read::isCopiedTo);
        if (copy.isPresent()) {
          copy.get().close();
          copies.add(neighbour);
        }
      }
    }
    if (named.isPresent() && read.fits(named.get())) {
      return Optional.of(new Found(named.get(), name, false));
    }
    if (copies.size() != 1) {
      return Optional.empty();
    }
    Path path = copies.get(0);
    return open(path, read::isCopiedTo).map(file -> new Found(file, path, true));
  }

  /** Those of the files that are among the neighbours, in their order; the caller closes them. */
  List<OpenedFile> findAll(List<FileIdentity> files) throws IOException {
    List<OpenedFile> found = new ArrayList<>();
    if (files.isEmpty()) {
      return found;
    }
    List<Path> neighbours = neighbours();
    for (FileIdentity wanted : files) {
      for (Path neighbour : neighbours) {
        Optional<OpenedFile> file = open(neighbour, wanted::isOf);
        if (file.isPresent()) {
          found.add(file.get());
          break;
        }
      }
    }
    return found;
  }

  private List<Path> neighbours() {
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
    } catch (IOException | DirectoryIteratorException e) {
      LOGGER.warn("could not look in {} for what was {}: {}", folder, name, e.toString());
    }
    return neighbours;
  }

  /** Opens a file if it is wanted. One that cannot be read is not: it was read before. */
  private Optional<OpenedFile> open(Path path, Wanted wanted) {
    try {
      Optional<OpenedFile> opened = OpenedFile.open(path, nowNanos);
      if (opened.isPresent() && !isWanted(opened.get(), wanted)) {
        return Optional.empty();
      }
      return opened;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      LOGGER.debug("{} is passed over in the search for what was {}", path, name, e);
      return Optional.empty();
    }
  }

  /** Whether it is wanted; it is closed if not. */
  private static boolean isWanted(OpenedFile file, Wanted wanted) throws IOException {
    boolean isWanted = false;
    try {
      isWanted = wanted.test(file);
    } finally {
      if (!isWanted) {
        file.close();
      }
    }
    return isWanted;
  }

  /** Tells whether a file is looked for. */
  private interface Wanted {
    boolean test(OpenedFile file) throws IOException;
  }
}
