package io.logitstream.producer.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.IntRange;

class TextPiecesProperties {
  @Property(tries = 300)
  void piecesAreBoundedAndTogetherTheText(
      @ForAll String noise, @ForAll @IntRange(min = 2, max = 40) int maxCharacters) {
    String text = new StringBuilder(noise).append("😀".repeat(noise.length() % 30)).toString();
    List<String> pieces = TextPieces.cut(text, maxCharacters);
    assertThat(String.join("", pieces)).isEqualTo(text);
    assertThat(pieces).allMatch(piece -> !piece.isEmpty() && piece.length() <= maxCharacters);
  }

  @Property(tries = 300)
  void piecesEndAtLineEndsWhereverALineFits(
      @ForAll @CharRange(from = 'a', to = 'c') String word,
      @ForAll @IntRange(min = 0, max = 30) int lines) {
    String line = word.substring(0, Math.min(9, word.length())) + "\n";
    List<String> pieces = TextPieces.cut(line.repeat(lines), 10);
    assertThat(pieces).allMatch(piece -> piece.endsWith("\n"));
  }

  @Property(tries = 100)
  void charactersOfTwoUnitsAreNotSplit(
      @ForAll @IntRange(min = 1, max = 50) int count,
      @ForAll @IntRange(min = 2, max = 9) int maxCharacters) {
    for (String piece : TextPieces.cut("😀".repeat(count), maxCharacters)) {
      assertThat(piece.codePoints()).allMatch(point -> point == 0x1F600);
    }
  }
}
