package io.logitstream.producer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.Phase;
import io.logitstream.producer.source.SourceKind;
import io.logitstream.producer.source.SourceLimits;
import io.logitstream.producer.source.SourcePath;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.producer.source.WhenChanged;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What a source is, as it is written in a configuration. */
final class SourceOptions {
  static final Setting<String> NAME =
      Setting.requiredText(
          "source.name",
          "Identity of the source: its position is kept under it, and every promptId is made of it."
              + " No '/'.");
  private static final Setting<SourceKind> KIND =
      Setting.choice(
          "source.kind",
          SourceKind.class,
          SourceKind.AUTO,
          "What is read of the paths: text files, JARs and ZIPs, or both.");
  private static final Setting<List<String>> PATHS =
      Setting.list(
          "source.paths",
          List.of(),
          "Files, archives and folders, each as PATH or DOMAIN=PATH. Names in the source, and with"
              + " them promptIds, do not depend on where the files lie.");
  static final Setting<String> DOMAIN =
      Setting.text("source.domain", "text", "Domain of the paths that name none.");
  private static final Setting<List<String>> WEIGHTS =
      Setting.list(
          "source.weights",
          List.of(),
          "How often domains take their turn, as DOMAIN:WEIGHT, such as java:3,scala:1; 1 where a"
              + " domain is not named.");
  private static final Setting<List<String>> SHIFT =
      Setting.list(
          "source.shift",
          List.of(),
          "Traffic that changes: DOMAIN:PROMPTS,…,DOMAIN draws that many prompts of each domain"
              + " before the next. DOMAIN+DOMAIN mixes. Empty: all domains at once.");
  private static final Setting<List<String>> EXTENSIONS =
      Setting.list(
          "source.extensions",
          List.of(
              "java", "scala", "kt", "groovy", "clj", "py", "js", "ts", "go", "rs", "c", "h", "cc",
              "cpp", "hpp", "cs", "rb", "swift", "sql", "txt", "md", "rst"),
          "Extensions of the files that are read in folders and archives; empty for all.");
  private static final Setting<Long> SEED =
      Setting.whole(
          "source.seed",
          1,
          0,
          Long.MAX_VALUE,
          "Decides the order of the documents, with their" + " names alone.");
  private static final Setting<Integer> EPOCHS =
      Setting.integer(
          "source.epochs",
          1,
          0,
          1_000_000_000,
          "How often everything is read, each time in another order; 0 for ever again.");
  private static final Setting<Boolean> STRIP_LICENCES =
      Setting.flag(
          "source.strip-licences",
          true,
          "Whether leading comments that hold words of licences are removed from source code.");
  private static final Setting<WhenChanged> WHEN_CHANGED =
      Setting.choice(
          "source.when-changed",
          WhenChanged.class,
          WhenChanged.REFUSE,
          "What happens when files or settings no longer are those that the source's position was"
              + " written for: refuse; go-on at the same place of the new order, where prompts may"
              + " be left out or come again; start-over, where those that are there come again.");
  private static final Setting<Integer> MAX_CHARACTERS =
      Setting.integer(
          "prompt.max-characters",
          4_000,
          2,
          400_000,
          "Longest prompt; longer documents are cut at line ends into several.");
  static final Setting<Integer> HELD_OUT =
      Setting.integer(
          "held-out.share",
          20,
          0,
          1_000,
          "Document groups (packages, folders) of a thousand that are evaluation data and never"
              + " trained on; decided by the hash of the group.");
  private static final Setting<Integer> DOCUMENT_BYTES =
      Setting.integer(
          "source.max-document-bytes",
          16 << 20,
          1,
          1 << 30,
          "Largest document; larger ones are passed over, counted and named in the log.");
  private static final Setting<Integer> DOCUMENTS =
      Setting.integer(
          "source.max-documents",
          200_000,
          1,
          100_000_000,
          "Most files in a folder and entries in an archive.");
  private static final Setting<Long> ARCHIVE_BYTES =
      Setting.whole(
          "source.max-archive-bytes",
          2L << 30,
          1,
          Long.MAX_VALUE,
          "Most bytes that an archive may unfold to.");
  private static final Setting<Integer> COMPRESSION_RATIO =
      Setting.integer(
          "source.max-compression-ratio",
          200,
          1,
          1_000_000,
          "Most times that an archive's entry may unfold its size: text stays far below.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          NAME,
          KIND,
          PATHS,
          DOMAIN,
          WEIGHTS,
          SHIFT,
          EXTENSIONS,
          SEED,
          EPOCHS,
          STRIP_LICENCES,
          WHEN_CHANGED,
          MAX_CHARACTERS,
          HELD_OUT,
          DOCUMENT_BYTES,
          DOCUMENTS,
          ARCHIVE_BYTES,
          COMPRESSION_RATIO);

  private SourceOptions() {}

  static SourceSettings read(Configuration configuration) {
    String defaultDomain = configuration.get(DOMAIN);
    return new SourceSettings(
        configuration.get(NAME),
        configuration.get(KIND),
        configuration.get(PATHS).stream()
            .map(path -> SourcePath.parse(path, defaultDomain))
            .toList(),
        weights(configuration.get(WEIGHTS)),
        Phase.parseAll(configuration.get(SHIFT)),
        configuration.get(EXTENSIONS).stream()
            .map(extension -> extension.toLowerCase(Locale.ROOT))
            .collect(Collectors.toSet()),
        configuration.get(SEED),
        configuration.get(EPOCHS),
        configuration.get(STRIP_LICENCES),
        configuration.get(MAX_CHARACTERS),
        heldOut(configuration),
        configuration.get(WHEN_CHANGED),
        new SourceLimits(
            configuration.get(DOCUMENT_BYTES),
            configuration.get(DOCUMENTS),
            configuration.get(ARCHIVE_BYTES),
            configuration.get(COMPRESSION_RATIO)));
  }

  static HeldOutShare heldOut(Configuration configuration) {
    return new HeldOutShare(configuration.get(HELD_OUT));
  }

  private static Map<String, Integer> weights(List<String> texts) {
    Map<String, Integer> weights = new HashMap<>();
    for (String text : texts) {
      int colon = text.indexOf(':');
      try {
        weights.put(
            text.substring(0, Math.max(0, colon)),
            Integer.parseInt(text.substring(colon + 1).strip()));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "'%s' in source.weights, expected DOMAIN:WEIGHT, such as java:3".formatted(text), e);
      }
    }
    return weights;
  }
}
