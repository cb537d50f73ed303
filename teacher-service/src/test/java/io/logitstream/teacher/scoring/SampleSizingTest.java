package io.logitstream.teacher.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.teacher.scoring.SampleSizing.Target;
import org.junit.jupiter.api.Test;

class SampleSizingTest {
  @Test
  void withoutATargetTheNumberStays() {
    SampleSizing sizing = SampleSizing.fixed(7);
    for (int window = 0; window < 1000; window++) {
      sizing.wrote(7, 10_000, 256);
    }
    assertThat(sizing.sampleSize()).isEqualTo(7);
  }

  @Test
  void bytesComeToTheirTargetFromBothSidesAndStay() {
    for (int first : new int[] {1, 32, 1_000}) {
      SampleSizing sizing = new SampleSizing(Target.BYTES, 12, first);
      for (int window = 0; window < 2_000; window++) {
        int draws = sizing.sampleSize();
        sizing.wrote(draws, (int) Math.round(256 * bytes(draws)), 256);
      }
      int chosen = sizing.sampleSize();
      assertThat(bytes(chosen)).isCloseTo(12, within(0.6));
      for (int window = 0; window < 100; window++) {
        sizing.wrote(chosen, (int) Math.round(256 * bytes(chosen)), 256);
      }
      assertThat(sizing.sampleSize()).isEqualTo(chosen);
    }
  }

  /** What a token takes: less than in proportion to the draws. */
  private static double bytes(int draws) {
    return 2 + Math.pow(draws, 0.75);
  }

  @Test
  void theVarianceComesToItsTarget() {
    float[] probabilities = {0, 0.5f, 0.25f, 0.1f, 0.1f, 0.03f, 0.02f};
    SampleSizing sizing = new SampleSizing(Target.VARIANCE, 0.0005, 4);
    for (int position = 0; position < 100_000; position++) {
      sizing.scored(probabilities, 1, 6);
    }
    double variance = 0;
    for (int id = 1; id < probabilities.length; id++) {
      double part = sizing.sampleSize() * (double) probabilities[id] % 1;
      variance += part * (1 - part) / sizing.sampleSize() / sizing.sampleSize();
    }
    assertThat(sizing.sampleSize()).isBetween(8, 200);
    assertThat(variance).isBetween(0.00005, 0.0015);
  }

  @Test
  void whatAnotherNumberOfDrawsTookTellsNothing() {
    SampleSizing sizing = new SampleSizing(Target.BYTES, 1, 32);
    for (int window = 0; window < 1_000; window++) {
      sizing.wrote(31, 100_000, 256);
    }
    assertThat(sizing.sampleSize()).isEqualTo(32);
  }

  @Test
  void aTargetThatCannotBeIsRefused() {
    for (double wrong : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new SampleSizing(Target.BYTES, wrong, 1));
    }
  }
}
