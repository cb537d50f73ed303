package io.logitstream.teacher.scoring;

import io.logitstream.logits.TopKSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The most likely ids of each distribution, and the mass of all others. */
public final class TopKScoring implements WindowScoring {
  private final TeacherForcedScorer scorer;
  private final int vocabularySize;
  private final int k;
  private final float temperature;

  /**
   * @param k ids of a position, at most V
   */
  public TopKScoring(TeacherForcedScorer scorer, int vocabularySize, int k, float temperature) {
    this.scorer = scorer;
    this.vocabularySize = vocabularySize;
    this.k = k;
    this.temperature = temperature;
  }

  @Override
  public List<ScoredWindow> score(List<ScoringTask> batch) {
    List<TopKSelector> rows = new ArrayList<>();
    List<EntropySums> entropies = new ArrayList<>();
    for (ScoringTask task : batch) {
      rows.add(
          new TopKSelector(
              task.window().tokens(), vocabularySize, k, task.window().trainedPositions()));
      entropies.add(new EntropySums(task.window().trained()));
    }
    scorer.score(
        batch.stream().map(ScoringTask::window).toList(),
        temperature,
        (index, position, probabilities, offset, entropy) -> {
          rows.get(index).add(probabilities, offset);
          entropies.get(index).add(position, entropy);
        });
    List<ScoredWindow> scored = new ArrayList<>();
    for (int index = 0; index < batch.size(); index++) {
      scored.add(
          new ScoredWindow(
              rows.get(index).build(), Optional.of(entropies.get(index).toFloats()), temperature));
    }
    return scored;
  }
}
