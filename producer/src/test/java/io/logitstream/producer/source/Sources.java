package io.logitstream.producer.source;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Settings and files for tests. */
final class Sources {
  static final SourceLimits LIMITS = new SourceLimits(1 << 20, 10_000, 64 << 20, 200);

  private Sources() {}

  static SourceSettings settings(SourcePath... paths) {
    return new SourceSettings(
        "traffic",
        SourceKind.AUTO,
        List.of(paths),
        Map.of(),
        List.of(),
        Set.of("java", "scala", "txt"),
        1,
        1,
        true,
        200,
        new HeldOutShare(100),
        WhenChanged.REFUSE,
        LIMITS);
  }

  static SourceSettings withOrder(
      SourceSettings base,
      Map<String, Integer> weights,
      List<Phase> phases,
      long seed,
      int epochs) {
    return new SourceSettings(
        base.name(),
        base.kind(),
        base.paths(),
        weights,
        phases,
        base.extensions(),
        seed,
        epochs,
        base.stripLicences(),
        base.maxCharacters(),
        base.heldOut(),
        base.whenChanged(),
        base.limits());
  }

  static SourceSettings withLimits(SourceSettings base, SourceLimits limits) {
    return new SourceSettings(
        base.name(),
        base.kind(),
        base.paths(),
        base.weights(),
        base.phases(),
        base.extensions(),
        base.seed(),
        base.epochs(),
        base.stripLicences(),
        base.maxCharacters(),
        base.heldOut(),
        base.whenChanged(),
        limits);
  }

  /** An archive of entries, written in the order of their names. */
  static Path archive(Path path, Map<String, String> entries) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    try (OutputStream file = Files.newOutputStream(path);
        ZipOutputStream zip = new ZipOutputStream(file)) {
      for (Map.Entry<String, String> entry : new TreeMap<>(entries).entrySet()) {
        zip.putNextEntry(new ZipEntry(entry.getKey()));
        zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
      }
    }
    return path;
  }

  static Path file(Path path, String text) throws IOException {
    Files.createDirectories(path.toAbsolutePath().getParent());
    return Files.writeString(path, text);
  }

  /** An archive of {@code count} small classes in packages of five. */
  static Path library(Path path, String name, int count) throws IOException {
    Map<String, String> entries = new TreeMap<>();
    for (int i = 0; i < count; i++) {
      entries.put(
          "org/%s/p%d/C%d.java".formatted(name, i / 5, i),
          "class C%d of %s {}\n".formatted(i, name));
    }
    return archive(path, entries);
  }

  static List<SourcedPrompt> all(SourceSettings settings) {
    return all(settings, (document, reason, found) -> {});
  }

  static List<SourcedPrompt> all(SourceSettings settings, SkippedDocuments skipped) {
    try (PromptSequence sequence = PromptSequence.open(settings, skipped)) {
      return take(sequence, Integer.MAX_VALUE);
    }
  }

  static List<SourcedPrompt> take(PromptSequence sequence, int count) {
    List<SourcedPrompt> prompts = new ArrayList<>();
    while (prompts.size() < count && sequence.hasNext()) {
      prompts.add(sequence.next());
    }
    return prompts;
  }

  static List<String> places(List<SourcedPrompt> prompts) {
    return prompts.stream().map(SourcedPrompt::place).toList();
  }
}
