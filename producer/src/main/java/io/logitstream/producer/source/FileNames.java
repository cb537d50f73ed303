package io.logitstream.producer.source;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** What the names of files say. */
final class FileNames {
  private static final Set<String> ARCHIVES = Set.of("jar", "zip");

  private FileNames() {}

  /** The last element of a path, of the working folder for ".". */
  static String last(Path path) {
    Path name = path.toAbsolutePath().normalize().getFileName();
    return name == null ? "root" : name.toString();
  }

  /** Lower case without the dot; empty where there is none. */
  static String extension(String name) {
    String file = name.substring(name.lastIndexOf('/') + 1);
    int dot = file.lastIndexOf('.');
    return dot <= 0 ? "" : file.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  static boolean isArchive(String name) {
    return ARCHIVES.contains(extension(name));
  }

  /** Everything before the last '/'; empty where there is none. */
  static String folder(String name) {
    return name.substring(0, Math.max(0, name.lastIndexOf('/')));
  }
}
