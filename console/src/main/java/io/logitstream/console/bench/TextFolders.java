package io.logitstream.console.bench;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.SourceKind;
import io.logitstream.producer.source.SourceLimits;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.producer.source.WhenChanged;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** Texts to measure with: a folder that has one of texts or archives for each domain. */
public final class TextFolders {
  private static final Set<String> EXTENSIONS = Set.of("java", "scala", "py", "txt", "md");
  private static final SourceLimits LIMITS = new SourceLimits(1 << 20, 1 << 20, 1L << 32, 1000);

  private TextFolders() {}

  /**
   * The domains of a folder, sorted.
   *
   * @throws LogitstreamException CONFIGURATION if it has none
   */
  public static List<SourcePath> domains(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is not there, expected a folder with one of texts for each domain".formatted(folder));
    }
    List<SourcePath> paths;
    try (Stream<Path> folders = Files.list(folder)) {
      paths =
          folders
              .filter(Files::isDirectory)
              .sorted()
              .map(domain -> new SourcePath(domain.getFileName().toString(), domain))
              .toList();
    }
    if (paths.isEmpty()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s has no folders, expected one of texts for each domain".formatted(folder));
    }
    return paths;
  }

  /** Their texts as a source: once, licences stripped. */
  public static SourceSettings source(
      String name, List<SourcePath> domains, long seed, int maxCharacters, HeldOutShare heldOut) {
    return new SourceSettings(
        name,
        SourceKind.AUTO,
        domains,
        Map.of(),
        List.of(),
        EXTENSIONS,
        seed,
        1,
        true,
        maxCharacters,
        heldOut,
        WhenChanged.REFUSE,
        LIMITS);
  }
}
