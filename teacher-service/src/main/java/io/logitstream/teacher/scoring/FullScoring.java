package io.logitstream.teacher.scoring;

import io.logitstream.logits.FullLogits;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Every logit, always at temperature 1: a loss can apply any temperature to them. */
public final class FullScoring implements WindowScoring {
  private final TeacherForcedScorer scorer;
  private final int vocabularySize;
  private final float[] logarithms;

  public FullScoring(TeacherForcedScorer scorer, int vocabularySize) {
    this.scorer = scorer;
    this.vocabularySize = vocabularySize;
    this.logarithms = new float[vocabularySize];
  }

  @Override
  public List<ScoredWindow> score(List<ScoringTask> batch) {
    List<FullLogits.Builder> rows = new ArrayList<>();
    List<EntropySums> entropies = new ArrayList<>();
    for (ScoringTask task : batch) {
      rows.add(
          new FullLogits.Builder(
              task.window().tokens(), vocabularySize, task.window().trainedPositions()));
      entropies.add(new EntropySums(task.window().trained()));
    }
    scorer.score(
        batch.stream().map(ScoringTask::window).toList(),
        1f,
        (index, position, probabilities, offset, entropy) -> {
          for (int id = 0; id < vocabularySize; id++) {
            logarithms[id] = (float) Math.log(probabilities[offset + id]);
          }
          rows.get(index).add(logarithms, 0);
          entropies.get(index).add(position, entropy);
        });
    List<ScoredWindow> scored = new ArrayList<>();
    for (int index = 0; index < batch.size(); index++) {
      scored.add(
          new ScoredWindow(
              rows.get(index).build(), Optional.of(entropies.get(index).toFloats()), 1f));
    }
    return scored;
  }
}
