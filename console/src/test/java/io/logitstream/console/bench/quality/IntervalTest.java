package io.logitstream.console.bench.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class IntervalTest {
  @Test
  void ofEqualValuesItHasNoWidth() {
    assertThat(Interval.ofMean(new double[] {2, 2, 2})).isEqualTo(new Interval(2, 2, 2));
  }

  /** Means of 5 draws of 0 and 1 to 4: their 95 % lie within 2 ± 1.96 · √(2/5). */
  @Test
  void itHoldsNineteenOfTwentyResampledMeans() {
    Interval interval = Interval.ofMean(new double[] {0, 1, 2, 3, 4});

    assertThat(interval.value()).isEqualTo(2);
    assertThat(interval.low()).isCloseTo(2 - 1.96 * Math.sqrt(0.4), within(0.2));
    assertThat(interval.high()).isCloseTo(2 + 1.96 * Math.sqrt(0.4), within(0.2));
    assertThat(interval.touchesZero()).isFalse();
  }
}
