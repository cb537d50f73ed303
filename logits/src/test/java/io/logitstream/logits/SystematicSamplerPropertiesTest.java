package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class SystematicSamplerPropertiesTest {
  private static final int ROUNDS = 4_000;

  @Property(tries = 200)
  void countsAddUpToTheSampleSizeAndLieWithinOneOfTheExpectation(
      @ForAll @IntRange(min = 1, max = 3_000) int vocabularySize,
      @ForAll @IntRange(min = 1, max = SampledLogits.MAX_SAMPLE_SIZE) int sampleSize,
      @ForAll long seed,
      @ForAll long uniform) {
    float[] probabilities = LogitsArbitraries.distribution(vocabularySize, new Random(seed));
    int[] counts = counts(probabilities, sampleSize, uniform);
    assertThat(Arrays.stream(counts).sum()).isEqualTo(sampleSize);
    double sum = 0;
    for (float probability : probabilities) {
      sum += probability;
    }
    for (int id = 0; id < vocabularySize; id++) {
      assertThat((double) counts[id])
          .isCloseTo(sampleSize * probabilities[id] / sum, within(1.0001));
    }
  }

  @Property(tries = 20)
  void theMeanOfManySamplesApproachesTheProbabilitiesAndNoCountVariesMoreThanAQuarter(
      @ForAll @IntRange(min = 2, max = 50) int vocabularySize,
      @ForAll @IntRange(min = 1, max = 60) int sampleSize,
      @ForAll long seed) {
    Random random = new Random(seed);
    float[] probabilities = LogitsArbitraries.distribution(vocabularySize, random);
    double[] sums = new double[vocabularySize];
    double[] squares = new double[vocabularySize];
    for (int round = 0; round < ROUNDS; round++) {
      int[] counts = counts(probabilities, sampleSize, random.nextLong());
      for (int id = 0; id < vocabularySize; id++) {
        sums[id] += counts[id];
        squares[id] += (double) counts[id] * counts[id];
      }
    }
    for (int id = 0; id < vocabularySize; id++) {
      double mean = sums[id] / ROUNDS;
      // six standard deviations of a mean whose terms have a variance of at most 1/4
      assertThat(mean)
          .isCloseTo(sampleSize * (double) probabilities[id], within(6 * 0.5 / Math.sqrt(ROUNDS)));
      assertThat(squares[id] / ROUNDS - mean * mean).isLessThan(0.25 + 0.01);
    }
  }

  private static int[] counts(float[] probabilities, int sampleSize, long uniform) {
    SampledLogits.Builder into =
        new SampledLogits.Builder(new int[2], probabilities.length, sampleSize, 1);
    new SystematicSampler(probabilities.length, sampleSize).sample(probabilities, 0, uniform, into);
    SampledLogits sampled = into.build();
    int[] counts = new int[probabilities.length];
    for (int entry = 0; entry < sampled.ids().length; entry++) {
      counts[sampled.ids()[entry]] = sampled.counts()[entry];
    }
    return counts;
  }
}
