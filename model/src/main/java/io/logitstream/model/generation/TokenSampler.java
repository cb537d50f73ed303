package io.logitstream.model.generation;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;

/** Chooses tokens from logits by temperature and nucleus (top-p) sampling. */
final class TokenSampler {
  private final SamplingSettings settings;
  private final Random random;

  TokenSampler(SamplingSettings settings) {
    this.settings = settings;
    this.random = new Random(settings.seed());
  }

  /** A token id, from logits (V). */
  int choose(float[] logits) {
    int likeliest = likeliest(logits);
    if (settings.temperature() == 0) {
      return likeliest;
    }
    double[] weights = new double[logits.length];
    double total = 0;
    for (int id = 0; id < weights.length; id++) {
      weights[id] = Math.exp((logits[id] - logits[likeliest]) / settings.temperature());
      total += weights[id];
    }
    int[] ids =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer id) -> -weights[id]))
            .mapToInt(Integer::intValue)
            .toArray();
    double nucleus = 0;
    int kept = 0;
    while (kept < ids.length && (kept == 0 || nucleus < settings.topP() * total)) {
      nucleus += weights[ids[kept++]];
    }
    double drawn = random.nextDouble() * nucleus;
    for (int i = 0; i < kept - 1; i++) {
      drawn -= weights[ids[i]];
      if (drawn < 0) {
        return ids[i];
      }
    }
    return ids[kept - 1];
  }

  private static int likeliest(float[] logits) {
    int best = 0;
    for (int id = 1; id < logits.length; id++) {
      if (logits[id] > logits[best]) {
        best = id;
      }
    }
    return best;
  }
}
