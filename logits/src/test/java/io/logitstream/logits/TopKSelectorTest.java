package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TopKSelectorTest {
  private static final int[] TOKENS = {0, 0};

  @Property(tries = 500)
  void theMostLikelyIdsAreKeptTheSmallerOnesWhereProbabilitiesAreEqual(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 200) int vocabularySize,
      @ForAll @IntRange(min = 0) int pick) {
    Random random = new Random(seed);
    float[] probabilities = coarse(vocabularySize, random);
    int k = 1 + pick % vocabularySize;
    int[] expected =
        IntStream.range(0, vocabularySize)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(id -> -probabilities[id]))
            .limit(k)
            .mapToInt(id -> id)
            .sorted()
            .toArray();
    assertThat(select(probabilities, k).ids()).isEqualTo(expected);
  }

  @Property(tries = 500)
  void aLogProbabilityIsAStepOffAtMostAndTheDivergenceAnEighthOfItsSquare(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 300) int vocabularySize,
      @ForAll @IntRange(min = 0) int pick) {
    float[] probabilities = LogitsArbitraries.distribution(vocabularySize, new Random(seed));
    int k = 1 + pick % vocabularySize;
    TopKLogits top = select(probabilities, k);
    float[] stored = new float[k + 1];
    top.logProbabilities(0, stored, 0);
    double tail = k == vocabularySize ? 0 : 1;
    double divergence = 0;
    double sum = 0;
    for (int index = 0; index < k; index++) {
      double probability = probabilities[top.ids()[index]];
      tail -= k == vocabularySize ? 0 : probability;
      assertThat((double) stored[index])
          .isCloseTo(Math.log(probability), within(TopKLogits.STEP + 1e-4));
      divergence += probability * (Math.log(probability) - stored[index]);
      sum += Math.exp(stored[index]);
    }
    if (tail > 1e-4) {
      assertThat((double) stored[k]).isCloseTo(Math.log(tail), within(TopKLogits.STEP + 1e-2));
      divergence += tail * (Math.log(tail) - stored[k]);
    }
    sum += Math.exp(stored[k]);
    assertThat(sum).isCloseTo(1, within(1e-5));
    assertThat(divergence).isLessThan(TopKLogits.STEP * TopKLogits.STEP / 8 + 1e-4);
  }

  @Test
  void whatTheTailHasIsLeftOutWhereTheRestIsRenormalised() {
    TopKLogits top = select(new float[] {0.5f, 0.25f, 0.125f, 0.125f}, 2);
    float[] stored = new float[3];
    top.renormalisedLogProbabilities(0, stored, 0);
    assertThat((double) stored[0]).isCloseTo(Math.log(2 / 3.0), within(TopKLogits.STEP));
    assertThat(stored[2]).isEqualTo(TopKLogits.LOG_OF_NOTHING);
    assertThat(Math.exp(stored[0]) + Math.exp(stored[1])).isCloseTo(1, within(1e-6));
  }

  @Test
  void whatIsImpossibleStaysSo() {
    TopKLogits top = select(new float[] {0, 1, -0f, 0}, 3);
    assertThat(top.ids()).containsExactly(0, 1, 2);
    assertThat(top.levels()).containsExactly(1023, 0, 1023, 1023);
  }

  @Test
  void whatIsNoDistributionIsRefused() {
    for (float[] wrong :
        new float[][] {{0.5f, Float.NaN}, {1.5f, -0.5f}, {0.5f, 0.4f}, {1, 0.2f}, {2, 0}}) {
      assertThatIllegalArgumentException().isThrownBy(() -> select(wrong, 1));
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new TopKSelector(TOKENS, 2, 3, 1));
    assertThatIllegalArgumentException().isThrownBy(() -> new TopKSelector(TOKENS, 2, 0, 1));
  }

  @Test
  void rowsWithoutAnythingAreRefused() {
    int[] ids = {0, 1};
    for (short[] wrong :
        new short[][] {{1, 1, 1}, {1023, 1023, 0}, {0, -1, 0}, {0, 1024, 0}, {0, 0}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TopKLogits(TOKENS, 4, 2, 1, ids, wrong));
    }
    for (int[] wrong : new int[][] {{1, 0}, {1, 1}, {0, 4}, {-1, 0}, {0}}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new TopKLogits(TOKENS, 4, 2, 1, wrong, new short[] {0, 0, 0}));
    }
  }

  private static TopKLogits select(float[] probabilities, int k) {
    TopKSelector selector = new TopKSelector(TOKENS, probabilities.length, k, 1);
    selector.add(probabilities, 0);
    return selector.build();
  }

  /** Many probabilities are equal. */
  private static float[] coarse(int vocabularySize, Random random) {
    float[] weights = new float[vocabularySize];
    float sum = 0;
    for (int id = 0; id < vocabularySize; id++) {
      weights[id] = 1 << random.nextInt(4);
      sum += weights[id];
    }
    for (int id = 0; id < vocabularySize; id++) {
      weights[id] /= sum;
    }
    return weights;
  }
}
