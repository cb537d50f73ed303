package io.logitstream.systemtests;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The bytes that a JVM's objects take which something still refers to. */
final class LiveHeap {
  /** The last line of a histogram: {@code Total 123 4567}. */
  private static final Pattern TOTAL = Pattern.compile("(?m)^Total\\s+\\d+\\s+(\\d+)");

  private LiveHeap() {}

  /** Collects the garbage of a JVM and adds up what is left. */
  static long bytes(long pid) throws IOException, InterruptedException {
    Process command =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                Long.toString(pid),
                "GC.class_histogram")
            .redirectErrorStream(true)
            .start();
    String output = new String(command.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    Matcher total = TOTAL.matcher(output);
    if (command.waitFor() != 0 || !total.find()) {
      throw new IllegalStateException("jcmd has no histogram of process " + pid + ": " + output);
    }
    return Long.parseLong(total.group(1));
  }
}
