package io.logitstream.teacher.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class WindowScoringTest {
  private static final int VOCABULARY = 5;
  private static final Window WINDOW =
      new Window(
          0, new int[] {0, 1, 2, 3, 4}, List.of(new PositionRange(0, 1), new PositionRange(2, 4)));
  private static final Window OTHER =
      new Window(1, new int[] {3, 3, 3}, List.of(new PositionRange(1, 2)));

  private final TeacherForcedScorer scorer = new CertainScorer();

  @Test
  void rowsStandForTheTrainedPositionsInOrder() {
    List<ScoredWindow> scored =
        new SampledScoring(scorer, VOCABULARY, SampleSizing.fixed(8), 1f, "r")
            .score(List.of(new ScoringTask("a", WINDOW), new ScoringTask("b", OTHER)));
    SampledLogits first = (SampledLogits) scored.get(0).logits();
    // the scorer is certain of the right label
    assertThat(first.ids()).containsExactly(1, 3, 4);
    assertThat(first.counts()).containsExactly(8, 8, 8);
    assertThat(((SampledLogits) scored.get(1).logits()).ids()).containsExactly(3);
  }

  @Test
  void entropiesAreSummedOverEachTrainedRange() {
    ScoredWindow scored =
        new SampledScoring(scorer, VOCABULARY, SampleSizing.fixed(8), 2f, "r")
            .score(List.of(new ScoringTask("a", WINDOW)))
            .get(0);
    // the entropy that the scorer tells is the position plus 1
    assertThat(scored.entropySums().orElseThrow()).containsExactly(1, 3 + 4);
    assertThat(scored.temperature()).isEqualTo(2);
  }

  @Test
  void fullRowsAreLogProbabilitiesAtTemperatureOne() {
    ScoredWindow scored =
        new FullScoring(scorer, VOCABULARY).score(List.of(new ScoringTask("a", WINDOW))).get(0);
    FullLogits full = (FullLogits) scored.logits();
    float[] logProbabilities = new float[VOCABULARY];
    full.logProbabilities(1, logProbabilities);
    assertThat(logProbabilities[3]).isCloseTo(0, within(1e-6f));
    assertThat(logProbabilities[2]).isEqualTo(-65504);
    assertThat(scored.temperature()).isEqualTo(1);
  }

  @Test
  void theMostLikelyIdsComeWithTheMassOfAllOthers() {
    ScoredWindow scored =
        new TopKScoring(scorer, VOCABULARY, 2, 2f)
            .score(List.of(new ScoringTask("a", WINDOW)))
            .get(0);
    TopKLogits top = (TopKLogits) scored.logits();
    assertThat(top.ids()).containsExactly(0, 1, 0, 3, 0, 4);
    assertThat(top.levels()).containsExactly(1023, 0, 1023, 1023, 0, 1023, 1023, 0, 1023);
    assertThat(scored.entropySums().orElseThrow()).containsExactly(1, 3 + 4);
    assertThat(scored.temperature()).isEqualTo(2);
  }

  /** Certain of every label. */
  private static final class CertainScorer implements TeacherForcedScorer {
    @Override
    public void score(List<Window> windows, float temperature, Rows rows) {
      for (int index = 0; index < windows.size(); index++) {
        Window window = windows.get(index);
        for (PositionRange range : window.trained()) {
          for (int position = range.start(); position < range.end(); position++) {
            float[] probabilities = new float[VOCABULARY + 2];
            probabilities[2 + window.tokens()[position + 1]] = 1;
            rows.accept(index, position, probabilities, 2, position + 1f);
          }
        }
      }
    }

    @Override
    public void close() {}
  }
}
