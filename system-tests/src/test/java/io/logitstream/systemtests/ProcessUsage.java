package io.logitstream.systemtests;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process holds now, as Linux tells it.
 *
 * @param residentBytes memory that is in RAM
 * @param threads of the process
 * @param files open file descriptors, sockets among them, those of data that is kept left out
 */
record ProcessUsage(long residentBytes, int threads, int files) {
  private static final Pattern RESIDENT = Pattern.compile("VmRSS:\\s+(\\d+) kB");
  private static final Pattern THREADS = Pattern.compile("Threads:\\s+(\\d+)");

  /**
   * Looks at a process.
   *
   * @param data folder of what processes keep: a broker holds the files of every segment, and there
   *     are more of them the more there is to keep
   */
  static ProcessUsage of(long pid, Path data) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    String status = Files.readString(process.resolve("status"));
    try (Stream<Path> files = Files.list(process.resolve("fd"))) {
      return new ProcessUsage(
          1024 * number(RESIDENT, status),
          (int) number(THREADS, status),
          (int) files.filter(file -> !isBelow(data, file)).count());
    }
  }

  /** Whether a descriptor is of a file in a folder; one that was closed meanwhile is of none. */
  private static boolean isBelow(Path folder, Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).startsWith(folder);
    } catch (IOException e) {
      return false;
    }
  }

  private static long number(Pattern pattern, String status) {
    Matcher found = pattern.matcher(status);
    if (!found.find()) {
      throw new IllegalStateException("no " + pattern + " in the process's status:\n" + status);
    }
    return Long.parseLong(found.group(1));
  }
}
