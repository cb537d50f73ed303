package io.logitstream.logits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class FullLogitsTest {
  private static final int[] TOKENS = {0, 1, 2};

  @Test
  void aRowIsKeptUpToAConstant() {
    FullLogits.Builder builder = new FullLogits.Builder(TOKENS, 3, 1);
    builder.add(new float[] {9, 100, 101, 98}, 1);
    FullLogits full = builder.build();
    assertThat(full.logit(0, 0)).isEqualTo(-1);
    assertThat(full.logit(0, 1)).isZero();
    float[] logProbabilities = new float[3];
    full.logProbabilities(0, logProbabilities);
    double sum = Math.exp(-1) + 1 + Math.exp(-3);
    assertThat(logProbabilities[2]).isCloseTo((float) (-3 - Math.log(sum)), within(1e-6f));
  }

  @Test
  void anIdThatCannotFollowHasNoProbability() {
    FullLogits.Builder builder = new FullLogits.Builder(TOKENS, 3, 1);
    builder.add(new float[] {0, Float.NEGATIVE_INFINITY, -1e9f}, 0);
    float[] logProbabilities = new float[3];
    builder.build().logProbabilities(0, logProbabilities);
    assertThat(logProbabilities).containsExactly(0, -65504, -65504);
  }

  @Test
  void rowsThatAreNoDistributionAreRefused() {
    FullLogits.Builder builder = new FullLogits.Builder(TOKENS, 3, 1);
    assertThatThrownBy(() -> builder.add(new float[] {0, Float.NaN, 0}, 0))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> builder.add(new float[] {0, Float.POSITIVE_INFINITY, 0}, 0))
        .isInstanceOf(IllegalArgumentException.class);
    short half = Half.fromFloat(0.5f);
    assertThatThrownBy(() -> new FullLogits(TOKENS, 3, 1, new short[] {0, half, 0}))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("logit 0.5 at id 1");
    assertThatThrownBy(() -> new FullLogits(TOKENS, 1, 1, new short[] {Half.LOWEST}))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
