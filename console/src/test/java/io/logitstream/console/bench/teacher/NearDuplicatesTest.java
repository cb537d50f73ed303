package io.logitstream.console.bench.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.SourceDocument;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NearDuplicatesTest {
  private static final HeldOutShare HALF = new HeldOutShare(500);

  @Test
  void layoutDoesNotHideACopyAndAWordDoes() {
    String text = words(0, 120);
    Shingles original = Shingles.of(text);

    assertThat(original.size()).isEqualTo(120 - Shingles.WORDS + 1);
    assertThat(Shingles.of(text.replace(" ", "\n\t ")).shareIn(original)).isEqualTo(1);
    assertThat(Shingles.of(words(5000, 120)).shareIn(original)).isZero();
    // A word in the middle is in all shingles but those that end before it or begin after it.
    assertThat(Shingles.of(text.replace("word60", "other")).shareIn(original))
        .isCloseTo((71 - 50) / 71.0, within(1e-12));
  }

  @Test
  void punctuationMarksAreWordsAndShortTextsAreOneShingle() {
    assertThat(Shingles.of("a.b(c)")).isEqualTo(Shingles.of("a . b ( c )"));
    assertThat(Shingles.of("a.b(c)").size()).isEqualTo(1);
    assertThat(Shingles.of("ab")).isNotEqualTo(Shingles.of("a b"));
    assertThat(Shingles.of(" \n").size()).isZero();
    assertThat(Shingles.of("").shareIn(Shingles.of("a"))).isZero();
  }

  @Test
  void copiesAreFoundAcrossEverySplit() {
    String heldOut = group(true);
    String learned = group(false);
    NearDuplicates duplicates = new NearDuplicates(HALF);
    duplicates.addTraining(document("old", "t", words(0, 100)));
    duplicates.addTraining(document("old", "t", words(1000, 100)));
    duplicates.addTraffic(document("a.jar!/copy", heldOut, words(0, 100)));
    duplicates.addTraffic(document("a.jar!/new", learned, words(2000, 100)));
    duplicates.addTraffic(document("b.jar!/again", heldOut, words(2000, 100)));

    List<Overlap> found = duplicates.overlaps(Set.of("a.jar!/new"));

    assertThat(overlap(found, "a.jar", "the teacher's training"))
        .isEqualTo(
            new Overlap("a.jar", "the teacher's training", 2, 102, 0.5, List.of("a.jar!/copy")));
    assertThat(overlap(found, "b.jar", "the teacher's training").sharedShare()).isZero();
    assertThat(overlap(found, "measured text", "the teacher's training").documents()).isEqualTo(1);
    assertThat(overlap(found, "traffic held out", "the teacher's training").documentsOverHalf())
        .containsExactly("a.jar!/copy");
    assertThat(overlap(found, "traffic held out", "traffic learned").documentsOverHalf())
        .containsExactly("b.jar!/again");
    assertThat(overlap(found, "traffic", "another of its 2 groups").documentsOverHalf())
        .containsExactly("a.jar!/new", "b.jar!/again");
  }

  @Test
  void everySoManythDocumentIsMeasuredOfTheKindThatThereIsMostOf() {
    List<SourceDocument> traffic =
        IntStream.range(0, 7)
            .mapToObj(
                i -> new SourceDocument("d", "n" + i, "g", i == 3 ? "java" : "scala", "t" + i))
            .toList();

    List<MeasuredText> texts = MeasuredText.everyNth(traffic, 2);

    assertThat(texts).hasSize(1);
    assertThat(texts.get(0).text()).isEqualTo("t0\nt2\nt5");
    assertThat(texts.get(0).names()).containsExactlyInAnyOrder("n0", "n2", "n5");
  }

  private static Overlap overlap(List<Overlap> found, String of, String in) {
    return found.stream()
        .filter(overlap -> overlap.of().equals(of) && overlap.in().equals(in))
        .findFirst()
        .orElseThrow();
  }

  private static SourceDocument document(String name, String group, String text) {
    return new SourceDocument("d", name, group, "java", text);
  }

  private static String group(boolean isHeldOut) {
    return IntStream.range(0, 100)
        .mapToObj(i -> "group" + i)
        .filter(group -> HALF.holdsOut(group) == isHeldOut)
        .findFirst()
        .orElseThrow();
  }

  private static String words(int first, int count) {
    return IntStream.range(first, first + count)
        .mapToObj(i -> "word" + i)
        .collect(Collectors.joining(" "));
  }
}
