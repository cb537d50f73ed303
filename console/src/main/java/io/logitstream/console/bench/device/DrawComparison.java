package io.logitstream.console.bench.device;

import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.torchscript.TorchEngine;
import io.logitstream.teacher.batching.PositionRange;
import io.logitstream.teacher.batching.Window;
import io.logitstream.teacher.scoring.DecoderScorer;
import io.logitstream.teacher.scoring.DeviceSampledScoring;
import io.logitstream.teacher.scoring.SampleSizing;
import io.logitstream.teacher.scoring.SampledScoring;
import io.logitstream.teacher.scoring.ScoredWindow;
import io.logitstream.teacher.scoring.ScoringTask;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Samples that a device draws, beside those that the host draws of the distributions which that
 * device computes: the two are the same to the bit.
 */
final class DrawComparison {
  private static final String REVISION = "device";
  private static final int WINDOWS = 8;
  private static final int POSITIONS = 24;
  private static final int[] SAMPLE_SIZES = {1, 19, 255};

  private final TorchEngine device;

  DrawComparison(TorchEngine device) {
    this.device = device;
  }

  Finding of(ComparedModel model) {
    int vocabulary = model.config().vocabularySize();
    int differing = 0;
    try (DecoderScorer scorer =
        new DecoderScorer(device, model.config(), model.weights(), ComputeType.F32)) {
      for (int sampleSize : SAMPLE_SIZES) {
        List<ScoringTask> tasks = tasks(new Random(sampleSize), vocabulary);
        SampleSizing sizing = SampleSizing.fixed(sampleSize);
        List<ScoredWindow> drawn =
            new DeviceSampledScoring(scorer, vocabulary, sizing, 1f, REVISION).score(tasks);
        List<ScoredWindow> expected =
            new SampledScoring(scorer, vocabulary, sizing, 1f, REVISION).score(tasks);
        for (int window = 0; window < WINDOWS; window++) {
          differing += drawn.get(window).logits().equals(expected.get(window).logits()) ? 0 : 1;
        }
      }
    }
    return new Finding(
        "draws: windows whose samples differ from the host's", model.name(), differing, 0);
  }

  private static List<ScoringTask> tasks(Random random, int vocabulary) {
    return IntStream.range(0, WINDOWS)
        .mapToObj(
            window ->
                new ScoringTask(
                    "prompt-" + window,
                    new Window(
                        window,
                        random.ints(POSITIONS + 1L, 0, vocabulary).toArray(),
                        List.of(new PositionRange(0, POSITIONS)))))
        .toList();
  }
}
