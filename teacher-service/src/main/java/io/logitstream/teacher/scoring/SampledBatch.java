package io.logitstream.teacher.scoring;

import io.logitstream.logits.SampledLogits;
import io.logitstream.teacher.batching.Window;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The samples and entropies of a batch's windows, while they come in. */
final class SampledBatch {
  private final float temperature;
  private final List<SampledLogits.Builder> samples = new ArrayList<>();
  private final List<EntropySums> entropies = new ArrayList<>();

  SampledBatch(List<ScoringTask> batch, int vocabularySize, int sampleSize, float temperature) {
    this.temperature = temperature;
    for (ScoringTask task : batch) {
      Window window = task.window();
      samples.add(
          new SampledLogits.Builder(
              window.tokens(), vocabularySize, sampleSize, window.trainedPositions()));
      entropies.add(new EntropySums(window.trained()));
    }
  }

  /** Notes a position's entropy; gives what its sample is added to. */
  SampledLogits.Builder at(int window, int position, float entropy) {
    entropies.get(window).add(position, entropy);
    return samples.get(window);
  }

  List<ScoredWindow> build() {
    List<ScoredWindow> scored = new ArrayList<>();
    for (int window = 0; window < samples.size(); window++) {
      scored.add(
          new ScoredWindow(
              samples.get(window).build(),
              Optional.of(entropies.get(window).toFloats()),
              temperature));
    }
    return scored;
  }
}
