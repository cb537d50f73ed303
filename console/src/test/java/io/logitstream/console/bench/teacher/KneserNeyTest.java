package io.logitstream.console.bench.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KneserNeyTest {
  private static final int VOCABULARY = 7;
  private static final int BEGIN = 0;

  @Test
  void theProbabilitiesOfAllTokensAddUpToOneAfterAnyContext() {
    Random random = new Random(1);
    KneserNey model = new KneserNey(5, VOCABULARY);
    for (int text = 0; text < 4; text++) {
      model.learn(random.ints(60, 0, VOCABULARY - 1).toArray(), BEGIN);
    }

    for (int length = 0; length < 200; length++) {
      int[] text = random.ints(length % 9 + 1L, 0, VOCABULARY).toArray();
      int last = text.length - 1;
      double sum = 0;
      for (int token = 0; token < VOCABULARY; token++) {
        text[last] = token;
        double probability = model.probability(text, last, BEGIN);
        assertThat(probability).isPositive();
        sum += probability;
      }
      assertThat(sum).isCloseTo(1, within(1e-12));
    }
  }

  @Test
  void aBigramIsDiscountedAndInterpolatedByHand() {
    KneserNey model = new KneserNey(2, 4);
    int[] text = {1, 2, 1, 3, 1, 2};
    model.learn(text, BEGIN);

    // Bigrams: (0 1) 1, (1 2) 2, (2 1) 1, (1 3) 1, (3 1) 1; n1 = 4, n2 = 1, n3 = 0: Y = 4 / 6.
    double bigramOne = 1 - 2 * (4 / 6.0) * (1 / 4.0);
    double bigramTwo = 2;
    // Before 1 stand 0, 2 and 3, before 2 only 1, before 3 only 1; n1 = 2, n2 = 0, n3 = 1: Y = 1.
    double unigramOne = 1;
    double unigramThree = 3;
    double uniform = 1 / 4.0;
    double kept = (2 * unigramOne + unigramThree) / 5;
    double two = (1 - unigramOne) / 5 + kept * uniform;
    double expected = (2 - bigramTwo) / 3 + (bigramOne + bigramTwo) / 3 * two;

    assertThat(model.probability(text, 5, BEGIN)).isCloseTo(expected, within(1e-12));
    assertThat(model.tokens()).isEqualTo(6);
  }

  @Test
  void whatRepeatsCostsLittleAndWhatDoesNotCostsAsMuchAsChance() {
    int[] pattern = IntStream.range(0, 3000).map(i -> i % 100).toArray();
    int[] noise = new Random(2).ints(3000, 0, 100).toArray();
    KneserNey ofPattern = new KneserNey(5, 100);
    ofPattern.learn(pattern, BEGIN);
    KneserNey ofNoise = new KneserNey(5, 100);
    ofNoise.learn(noise, BEGIN);

    assertThat(ofPattern.bits(pattern, 5, BEGIN) / pattern.length).isLessThan(0.2);
    int[] other = new Random(3).ints(3000, 0, 100).toArray();
    double bits = ofNoise.bits(other, 0, BEGIN) / other.length;
    assertThat(bits).isBetween(Math.log(100) / Math.log(2) - 0.05, 7.2);
  }

  @Test
  void tokensBeforeTheFirstOneThatCountsAreContext() {
    KneserNey model = new KneserNey(3, 50);
    int[] text = IntStream.range(0, 200).map(i -> i * 7 % 50).toArray();
    model.learn(text, BEGIN);

    double whole = model.bits(text, 0, BEGIN);
    double firstTen =
        IntStream.range(0, 10)
            .mapToDouble(i -> -Math.log(model.probability(text, i, BEGIN)) / Math.log(2))
            .sum();

    assertThat(model.bits(text, 10, BEGIN)).isCloseTo(whole - firstTen, within(1e-9));
  }
}
