package io.logitstream.console.bench.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.logits.SampledLogits;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FidelityTest {
  private static final float[] PROBABILITIES = {0.5f, 0.25f, 0.25f, 0};

  @Test
  void aSampleThatHitsItsDistributionHasNoError() {
    Fidelity fidelity = measure(2, 1, 1);
    assertThat(fidelity.measuredVariance()).isZero();
    assertThat(fidelity.systematicVariance()).isZero();
    assertThat(fidelity.meanEntropy()).isCloseTo(1.5, within(1e-6));
    assertThat(fidelity.entropyQuantile(0.9)).isCloseTo(1.5, within(1e-6));
    assertThat(fidelity.topMass(1)).isCloseTo(0.5, within(1e-6));
    assertThat(fidelity.topMass(50)).isCloseTo(1, within(1e-6));
  }

  @Test
  void aSampleThatMissesItHasItsSquaredError() {
    // 3/5, 1/5 and 1/5; of five draws, each id has a half or a quarter left over.
    Fidelity fidelity = measure(3, 1, 1);
    assertThat(fidelity.measuredVariance()).isCloseTo(0.01 + 2 * 0.0025, within(1e-9));
    assertThat(fidelity.systematicVariance())
        .isCloseTo((0.25 + 2 * 0.25 * 0.75) / 25, within(1e-9));
  }

  @Test
  void theReferencesCostWhatTheirFormulasSay() {
    Fidelity fidelity = measure(2, 1, 1);
    // 50 independent draws: each of the three ids is almost surely among them.
    assertThat(fidelity.referenceVariance()).isCloseTo((1 - 0.375) / 50, within(1e-9));
    assertThat(fidelity.referenceBytes()).isCloseTo(3 * (2 + 7) / 8.0, within(1e-4));
    assertThat(fidelity.references().get("top-12-fp16"))
        .isEqualTo(Map.of("bytesPerToken", 12 * (16 + 2) / 8.0, "massLeftOut", 0.0));
    assertThat(fidelity.references().get("distillkit-budget"))
        .isEqualTo(Map.of("bytesPerToken", 13 + 2 + 12));
  }

  private static Fidelity measure(int... counts) {
    int sampleSize = counts[0] + counts[1] + counts[2];
    SampledLogits sampled =
        new SampledLogits(
            new int[] {0, 1}, 4, sampleSize, new int[] {0, 3}, new int[] {0, 1, 2}, counts);
    Fidelity fidelity = new Fidelity(4, 1);
    fidelity.add(PROBABILITIES, 0, sampled, 0);
    return fidelity;
  }
}
