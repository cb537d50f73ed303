package io.logitstream.model.torchscript;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** What this machine's processors are, as far as rounding depends on it. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path GRAPHICS = Path.of("/proc/driver/nvidia/gpus");

  private Processor() {}

  /** SHA-256 (hex) over the machine's description and the given facts. */
  static String fingerprint(boolean graphics, List<String> facts) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      Stream<String> machine =
          graphics
              ? Stream.concat(description().stream(), graphicsModels().stream())
              : description().stream();
      Stream.concat(machine, facts.stream())
          .forEach(
              part -> {
                digest.update(part.getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0);
              });
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Architecture and system, and where the system tells them the processor's model and features.
   */
  private static List<String> description() {
    String architecture = System.getProperty("os.arch") + " " + System.getProperty("os.name");
    return Stream.concat(
            Stream.of(architecture), lines(CPU_INFO, "model name", "flags", "Features").stream())
        .toList();
  }

  /** Models of the graphics processors, as NVIDIA's driver tells them. */
  private static List<String> graphicsModels() {
    if (!Files.isDirectory(GRAPHICS)) {
      return List.of();
    }
    try (Stream<Path> cards = Files.list(GRAPHICS)) {
      return cards
          .sorted()
          .flatMap(card -> lines(card.resolve("information"), "Model:").stream())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + GRAPHICS, e);
    }
  }

  /** The distinct lines of a file that begin in one of these ways; none where there is no file. */
  private static List<String> lines(Path file, String... beginnings) {
    if (!Files.isReadable(file)) {
      return List.of();
    }
    try (Stream<String> lines = Files.lines(file)) {
      return lines
          .filter(line -> Stream.of(beginnings).anyMatch(line::startsWith))
          .distinct()
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException("reading " + file, e);
    }
  }
}
