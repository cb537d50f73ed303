package io.logitstream.model.torchscript;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What this machine's processor is, as far as rounding depends on it. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final int FINGERPRINT_CHARACTERS = 16;

  private Processor() {}

  /** The first 64 bits (hex) of a SHA-256 over the processor's description and the given facts. */
  static String fingerprint(List<String> facts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : Stream.concat(Stream.of(description()), facts.stream()).toList()) {
        digest.update(part.getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
      }
      return HexFormat.of().formatHex(digest.digest()).substring(0, FINGERPRINT_CHARACTERS);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Model and features where the system tells them, else architecture and system. */
  private static String description() {
    String fallback = System.getProperty("os.arch") + " " + System.getProperty("os.name");
    if (!Files.isReadable(CPU_INFO)) {
      return fallback;
    }
    try (Stream<String> lines = Files.lines(CPU_INFO)) {
      return lines
          .filter(line -> line.startsWith("model name") || line.startsWith("flags"))
          .distinct()
          .reduce(fallback, (left, right) -> left + "\n" + right);
    } catch (IOException e) {
      return fallback;
    }
  }
}
