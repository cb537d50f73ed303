package io.logitstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.logitstream.platform.LogitstreamException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DocumentsTest {
  @TempDir Path folder;

  @Test
  void foldersAreReadWithTheirArchivesButNotWithHiddenOrOtherFiles() throws IOException {
    Path root = folder.resolve("corpus");
    Sources.file(root.resolve("a/one.txt"), "one\n");
    Sources.file(root.resolve("a/image.png"), "not text");
    Sources.file(root.resolve(".git/two.txt"), "hidden\n");
    Sources.archive(
        root.resolve("lib/dog-1.2.3.jar"), Map.of("dog/Dog.java", "class Dog {}", "LICENSE", "-"));
    List<SourcedPrompt> prompts = Sources.all(Sources.settings(new SourcePath("mixed", root)));
    assertThat(prompts)
        .extracting(SourcedPrompt::place)
        .containsExactlyInAnyOrder(
            "corpus/a/one.txt#0", "corpus/lib/dog-1.2.3.jar!/dog/Dog.java#0");
    assertThat(prompts)
        .extracting(SourcedPrompt::documentGroup)
        .containsExactlyInAnyOrder("corpus/a", "dog:dog");
  }

  @Test
  void aFileThatIsNamedItselfIsReadWhateverItsExtension() throws IOException {
    Path file = Sources.file(folder.resolve("essays/essay.tex"), "An essay.\r\n\r\n");
    List<SourcedPrompt> prompts = Sources.all(Sources.settings(new SourcePath("prose", file)));
    assertThat(prompts)
        .containsExactly(
            new SourcedPrompt(
                "essays/essay.tex#0",
                "essays",
                new HeldOutShare(100).holdsOut("essays"),
                "prose",
                "An essay.\n",
                true));
  }

  @Test
  void aFileThatIsNotUtf8IsPassedOverAndItsFirstWrongByteNamed() throws IOException {
    assertPassedOver(
        new byte[] {'c', 'a', 'f', (byte) 0xE9, '\n'},
        SkipReason.NOT_UTF_8,
        "is not UTF-8: the byte at 3 is 0xe9");
    assertPassedOver(
        new byte[] {'c', 'u', 't', (byte) 0xC3}, SkipReason.NOT_UTF_8, "the byte at 3 is 0xc3");
  }

  @Test
  void aFileThatIsTooLargeIsPassedOverWithItsSizeAndTheLimit() throws IOException {
    assertPassedOver(
        new byte[2000],
        SkipReason.TOO_LARGE,
        "has more than 1000 bytes (source.max-document-bytes): it was listed with 2000");
  }

  @Test
  void aFileWithoutTextIsPassedOver() throws IOException {
    assertPassedOver(new byte[] {'\n', '\t', ' ', '\n'}, SkipReason.BLANK, "holds no text");
    assertPassedOver(new byte[0], SkipReason.BLANK, "holds no text");
  }

  private void assertPassedOver(byte[] content, SkipReason expected, String message)
      throws IOException {
    Path root = folder.resolve("odd");
    Sources.file(root.resolve("good.txt"), "good");
    Files.write(root.resolve("odd.txt"), content);
    SourceSettings settings =
        Sources.withLimits(
            Sources.settings(new SourcePath("prose", root)),
            new SourceLimits(1000, 100, 10_000, 200));
    List<String> skipped = new ArrayList<>();

    assertThat(
            Sources.places(
                Sources.all(
                    settings,
                    (document, reason, found) -> {
                      assertThat(reason).isEqualTo(expected);
                      assertThat(found).contains(message);
                      skipped.add(document);
                    })))
        .containsExactly("odd/good.txt#0");
    assertThat(skipped).containsExactly("odd/odd.txt");
  }

  @Test
  void aLongDocumentIsCutAtLinesAndOnlyItsLastPieceEndsIt() throws IOException {
    String text = "0123456789\n".repeat(50);
    Path file = Sources.file(folder.resolve("long.txt"), text);
    List<SourcedPrompt> pieces = Sources.all(Sources.settings(new SourcePath("prose", file)));
    assertThat(pieces).hasSize(3);
    assertThat(pieces).allMatch(piece -> piece.text().length() <= 200);
    assertThat(pieces).extracting(SourcedPrompt::endOfDocument).containsExactly(false, false, true);
    assertThat(String.join("", pieces.stream().map(SourcedPrompt::text).toList())).isEqualTo(text);
  }

  @Test
  void wholeDocumentsAreGivenOutWithTheirGroupsAndWithoutTheirLicences() throws IOException {
    String code = "class A {}\n".repeat(200);
    Path archive =
        Sources.archive(
            folder.resolve("library-1.2.jar"), Map.of("p/A.java", "// Copyright X\n" + code));
    Sources.file(folder.resolve("texts/blank.txt"), "\n");
    Sources.file(folder.resolve("texts/one.txt"), "one");
    List<SourceDocument> documents = new ArrayList<>();
    List<String> passedOver = new ArrayList<>();

    SourceTexts.forEachDocument(
        Sources.settings(
            new SourcePath("prose", folder.resolve("texts")), new SourcePath("java", archive)),
        (document, reason, found) -> passedOver.add(document),
        documents::add);

    assertThat(documents)
        .extracting(SourceDocument::domain, SourceDocument::group, SourceDocument::text)
        .containsExactly(tuple("java", "library:p", code), tuple("prose", "texts", "one\n"));
    assertThat(documents.get(0).name()).endsWith("library-1.2.jar!/p/A.java");
    assertThat(documents.get(0).extension()).isEqualTo("java");
    assertThat(passedOver).containsExactly("texts/blank.txt");
  }

  @Test
  void anArchiveThatUnfoldsTooFarIsRefused() throws IOException {
    Path bomb = Sources.archive(folder.resolve("bomb.zip"), Map.of("a.txt", "0".repeat(1_000_000)));
    assertRefused(
        bomb,
        new SourceLimits(2_000_000, 100, 10_000_000, 200),
        "a factor of 200; leave it out, or raise source.max-compression-ratio");
    assertRefused(
        bomb,
        new SourceLimits(2_000_000, 100, 900_000, 2_000),
        "unfolds to 1000000 bytes and more, expected at most 900000 bytes; leave it out, or raise"
            + " source.max-archive-bytes");
    Path many = Sources.library(folder.resolve("many.jar"), "many", 30);
    assertRefused(many, new SourceLimits(2_000_000, 29, 10_000_000, 200), "29 of them");
  }

  @Test
  void anArchiveThatLiesAboutItsSizesIsRefused() throws IOException {
    Path path = Sources.archive(folder.resolve("liar.zip"), Map.of("a.txt", "0".repeat(50_000)));
    byte[] bytes = Files.readAllBytes(path);
    int central = indexOf(bytes, new byte[] {'P', 'K', 1, 2});
    int uncompressedSize = central + 24;
    bytes[uncompressedSize] = 10;
    bytes[uncompressedSize + 1] = 0;
    bytes[uncompressedSize + 2] = 0;
    Files.write(path, bytes);
    assertThatThrownBy(() -> Sources.all(Sources.settings(new SourcePath("bomb", path))))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("liar.zip");
  }

  @Test
  void aDamagedEntryOfAnArchiveIsPassedOverAndNamed() throws IOException {
    Path path =
        Sources.archive(
            folder.resolve("damaged.zip"),
            Map.of("lib/a.txt", "first\n".repeat(9), "lib/b.txt", "second\n"));
    byte[] bytes = Files.readAllBytes(path);
    int checksumOfFirst = indexOf(bytes, new byte[] {'P', 'K', 1, 2}) + 16;
    bytes[checksumOfFirst] ^= 1;
    Files.write(path, bytes);
    Map<String, String> skipped = new HashMap<>();

    assertThat(
            Sources.places(
                Sources.all(
                    Sources.settings(new SourcePath("prose", path)),
                    (document, reason, found) -> skipped.put(document, reason + ": " + found))))
        .containsExactly("damaged.zip!/lib/b.txt#0");
    assertThat(skipped).containsOnlyKeys("damaged.zip!/lib/a.txt");
    assertThat(skipped.get("damaged.zip!/lib/a.txt"))
        .startsWith("DAMAGED: is damaged in its archive")
        .contains("CRC-32");
  }

  @Test
  void whatIsNoArchiveIsNamed() throws IOException {
    Path fake = Sources.file(folder.resolve("fake.jar"), "not a JAR");
    assertRefused(fake, Sources.LIMITS, "fake.jar is not a JAR or ZIP");
  }

  @Test
  void artifactsHaveNeitherVersionNorClassifier() {
    assertThat(SourceArchive.artifact("guava-33.4.8-jre-sources.jar")).isEqualTo("guava");
    assertThat(SourceArchive.artifact("x/spark-core_2.13-4.0.1-sources.jar"))
        .isEqualTo("spark-core_2.13");
    assertThat(SourceArchive.artifact("own-sources.jar")).isEqualTo("own");
    assertThat(SourceArchive.artifact("commons-lang3-3.18.0.zip")).isEqualTo("commons-lang3");
  }

  private static void assertRefused(Path path, SourceLimits limits, String message) {
    SourceSettings settings =
        Sources.withLimits(Sources.settings(new SourcePath("bomb", path)), limits);
    assertThatThrownBy(() -> Sources.all(settings))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining(message);
  }

  private static int indexOf(byte[] bytes, byte[] sought) {
    for (int i = 0; i + sought.length <= bytes.length; i++) {
      if (Arrays.equals(bytes, i, i + sought.length, sought, 0, sought.length)) {
        return i;
      }
    }
    throw new AssertionError("not found");
  }
}
