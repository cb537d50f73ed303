package io.logitstream.producer.source;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import java.util.TreeMap;

/** Finds the regular files under a path; hidden ones and links are left out. */
final class FolderListing {
  private FolderListing() {}

  /**
   * The files by name: for a folder its own name and the way down from there; for a single file its
   * folder's name and its own.
   *
   * @throws LogitstreamException CONFIGURATION if nothing is there or there are too many files
   */
  static Map<String, Path> files(Path path, int filesMax) throws IOException {
    Map<String, Path> files = new TreeMap<>();
    if (Files.isRegularFile(path)) {
      Path folder = path.toAbsolutePath().normalize().getParent();
      files.put(
          (folder == null ? "root" : FileNames.last(folder)) + "/" + FileNames.last(path), path);
      return files;
    }
    if (!Files.isDirectory(path)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION, "%s in source.paths is not there".formatted(path));
    }
    Files.walkFileTree(path, new Collector(path, files, filesMax));
    return files;
  }

  private static final class Collector extends SimpleFileVisitor<Path> {
    private final Path root;
    private final Map<String, Path> files;
    private final int filesMax;

    Collector(Path root, Map<String, Path> files, int filesMax) {
      this.root = root;
      this.files = files;
      this.filesMax = filesMax;
    }

    @Override
    public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
      return isHidden(folder) && !folder.equals(root)
          ? FileVisitResult.SKIP_SUBTREE
          : FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
      if (!attributes.isRegularFile() || isHidden(file)) {
        return FileVisitResult.CONTINUE;
      }
      if (files.size() == filesMax) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            "folder %s has more than %d files; name its parts, or raise source.max-documents"
                .formatted(root, filesMax));
      }
      String way =
          root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
      files.put(FileNames.last(root) + "/" + way, file);
      return FileVisitResult.CONTINUE;
    }

    private static boolean isHidden(Path path) {
      return FileNames.last(path).startsWith(".");
    }
  }
}
