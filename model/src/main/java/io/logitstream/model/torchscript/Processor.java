package io.logitstream.model.torchscript;

import io.logitstream.model.decoder.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What this machine's processors are, as far as rounding depends on it. */
final class Processor {
  private static final Path CPU_INFO = Path.of("/proc/cpuinfo");
  private static final Path GRAPHICS = Path.of("/proc/driver/nvidia/gpus");

  private Processor() {}

  /** SHA-256 (hex) over the machine's description and the given facts. */
  static String fingerprint(boolean graphics, List<String> facts) {
    Stream<String> machine =
        graphics
            ? Stream.concat(description().stream(), graphicsModels().stream())
            : description().stream();
    String all =
        Stream.concat(machine, facts.stream())
            .map(part -> part + '\0')
            .collect(Collectors.joining());
    return Sha256.of(all.getBytes(StandardCharsets.UTF_8));
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
