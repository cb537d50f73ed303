package io.logitstream.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The bytes that a JVM's objects take which something still refers to.
 *
 * @param bytes of all of them
 * @param bytesByClass of each class, by the names that JVMs give them
 */
record LiveHeap(long bytes, Map<String, Long> bytesByClass) {
  /** A line of a histogram: {@code 12: 345 6789 java.lang.String (java.base@17)}. */
  private static final Pattern CLASS =
      Pattern.compile("(?m)^\\s*\\d+:\\s+\\d+\\s+(\\d+)\\s+(\\S+)");

  LiveHeap {
    bytesByClass = Map.copyOf(bytesByClass);
  }

  /** Collects the garbage of a JVM and weighs what is left. */
  static LiveHeap of(long pid) throws IOException, InterruptedException {
    Process command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Map<String, Long> found = new HashMap<>();
    for (Matcher line = CLASS.matcher(output); line.find(); ) {
      found.merge(line.group(2), Long.parseLong(line.group(1)), Long::sum);
    }
    if (command.waitFor() != 0 || found.isEmpty()) {
      throw new IllegalStateException("jcmd has no histogram of process " + pid + ": " + output);
    }
    return new LiveHeap(found.values().stream().mapToLong(Long::longValue).sum(), found);
  }

  /** The classes whose objects take most more than they did, with how many bytes more. */
  List<Map.Entry<String, Long>> grownMost(LiveHeap before, int count) {
    return bytesByClass.entrySet().stream()
        .map(
            entry ->
                Map.entry(
                    entry.getKey(),
                    entry.getValue() - before.bytesByClass.getOrDefault(entry.getKey(), 0L)))
        .filter(entry -> entry.getValue() > 0)
        .sorted(Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder()))
        .limit(count)
        .toList();
  }
}
