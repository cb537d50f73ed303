package io.logitstream.logits;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/** Sparse logits of every kind and shape. */
final class LogitsArbitraries {
  static final int MAX_TOKENS = 40;
  static final int MAX_VOCABULARY = 300;

  private LogitsArbitraries() {}

  /** A payload's content with the vocabulary that it belongs to. */
  record Sample(SparseLogits logits, int vocabularySize) {}

  static Arbitrary<Sample> samples() {
    return Combinators.combine(
            Arbitraries.of(Labels.class, FullLogits.class, TopKLogits.class, SampledLogits.class),
            Arbitraries.integers().between(2, MAX_TOKENS),
            Arbitraries.integers().between(1, MAX_VOCABULARY),
            Arbitraries.integers().between(1, 200),
            Arbitraries.longs())
        .as(
            (kind, tokens, vocabularySize, sampleSize, seed) ->
                new Sample(
                    random(kind, tokens, vocabularySize, sampleSize, new Random(seed)),
                    vocabularySize));
  }

  static SparseLogits random(
      Class<?> kind, int tokenCount, int vocabularySize, int sampleSize, Random random) {
    int[] tokens = random.ints(tokenCount, 0, vocabularySize).toArray();
    int rows = random.nextInt(tokenCount);
    if (kind == Labels.class) {
      return new Labels(tokens);
    }
    if (kind == FullLogits.class) {
      FullLogits.Builder full = new FullLogits.Builder(tokens, vocabularySize, rows);
      for (int row = 0; row < rows; row++) {
        float[] logits = new float[vocabularySize];
        for (int id = 0; id < vocabularySize; id++) {
          logits[id] = (float) (10 * random.nextGaussian());
        }
        full.add(logits, 0);
      }
      return full.build();
    }
    if (kind == TopKLogits.class) {
      int k = Math.min(sampleSize, vocabularySize);
      TopKSelector top = new TopKSelector(tokens, vocabularySize, k, rows);
      for (int row = 0; row < rows; row++) {
        top.add(distribution(vocabularySize, random), 0);
      }
      return top.build();
    }
    SampledLogits.Builder sampled =
        new SampledLogits.Builder(tokens, vocabularySize, sampleSize, rows);
    SystematicSampler sampler = new SystematicSampler(vocabularySize, sampleSize);
    for (int row = 0; row < rows; row++) {
      sampler.sample(distribution(vocabularySize, random), 0, random.nextLong(), sampled);
    }
    return sampled.build();
  }

  /** A distribution with a few likely ids and a long tail. */
  static float[] distribution(int vocabularySize, Random random) {
    double[] weights = new double[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      weights[id] = Math.exp(3 * random.nextGaussian());
    }
    double sum = Arrays.stream(weights).sum();
    float[] probabilities = new float[vocabularySize];
    for (int id = 0; id < vocabularySize; id++) {
      probabilities[id] = (float) (weights[id] / sum);
    }
    return probabilities;
  }
}
