package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SystematicSamplerTest {
  @Test
  void theFormulaIsMetOnASmallExample() {
    // M = 4, p = 1/2, 1/4, 1/4, u = 0: cumulative 2, 3, 4
    assertThat(sample(new float[] {0.5f, 0.25f, 0.25f}, 4, 0)).isEqualTo("0:2 1:1 2:1");
    // M = 2, cumulative 1, 1.5, 2; u of a half shifts the second draw from id 2 to id 1
    assertThat(sample(new float[] {0.5f, 0.25f, 0.25f}, 2, 0)).isEqualTo("0:1 2:1");
    assertThat(sample(new float[] {0.5f, 0.25f, 0.25f}, 2, 1L << 63)).isEqualTo("0:1 1:1");
    assertThat(sample(new float[] {0, 1, 0}, 3, -1)).isEqualTo("1:3");
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, -0.1f, 1.5f})
  void whatIsNoProbabilityIsRefused(float wrong) {
    assertThatThrownBy(() -> sample(new float[] {0.5f, wrong, 0.5f}, 4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("probability of id 1 is " + wrong);
  }

  @Test
  void probabilitiesThatDoNotAddUpToOneAreRefused() {
    assertThatThrownBy(() -> sample(new float[] {0, 0, 0}, 4, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("add up to 0.0, expected 1");
    assertThatThrownBy(() -> sample(new float[] {0.5f, 0.4f, 0}, 4, 0))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'', 0, 0, '', 12398e96d3959659",
    "dGhlIHByb21wdA, 0, 0, 0123456789ab, 18de31ffeef7a6a2",
    "dGhlIHByb21wdA, 0, 1, 0123456789ab, bff0a4aaf6bf0556",
    "dGhlIHByb21wdA, 70000, 70000, 0123456789ab, 94c9eac638dda085",
    "äß😀, 3, 5, é, fbc521ca5791dd73"
  })
  void theRandomBitsOfAPositionAreTheSameForEver(
      String promptId, int window, int position, String revision, String expected) {
    assertThat(
            String.format("%016x", SystematicSampler.uniform(promptId, window, position, revision)))
        .isEqualTo(expected);
  }

  @Test
  void neighbouringPositionsHaveUnrelatedBits() {
    int positions = 100_000;
    double sum = 0;
    double products = 0;
    double previous = 0;
    for (int position = 0; position < positions; position++) {
      long bits = SystematicSampler.uniform("dGhlIHByb21wdA", 0, position, "0123456789ab");
      double centred = (bits >>> 11) * 0x1p-53 - 0.5;
      sum += centred;
      products += centred * previous;
      previous = centred;
    }
    assertThat(sum / positions).isCloseTo(0, within(0.006));
    assertThat(products / positions).isCloseTo(0, within(0.002));
  }

  private static String sample(float[] probabilities, int sampleSize, long uniform) {
    SampledLogits.Builder into =
        new SampledLogits.Builder(new int[2], probabilities.length, sampleSize, 1);
    new SystematicSampler(probabilities.length, sampleSize).sample(probabilities, 0, uniform, into);
    SampledLogits sampled = into.build();
    StringBuilder text = new StringBuilder();
    for (int entry = 0; entry < sampled.ids().length; entry++) {
      text.append(entry == 0 ? "" : " ");
      text.append(sampled.ids()[entry]).append(':').append(sampled.counts()[entry]);
    }
    return text.toString();
  }
}
