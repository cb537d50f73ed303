package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DecoderTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(50, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, 0, 1);
  private static final int[] LONG = {0, 7, 3, 49, 12, 12, 30, 5, 1};
  private static final int[] SHORT = {0, 9, 44, 2};

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  @Test
  void everyRowIsADistributionAndTellsItsEntropyAndItsLabel() {
    try (Decoder decoder = decoder(ComputeType.F32)) {
      decoder.score(
          new int[][] {LONG},
          allPositions(0, LONG),
          1f,
          (row, probabilities, offset, entropy, labelLogProbability) -> {
            double sum = 0;
            double expectedEntropy = 0;
            for (int id = 0; id < CONFIG.vocabularySize(); id++) {
              double p = probabilities[offset + id];
              sum += p;
              expectedEntropy -= p * Math.log(p);
            }
            assertThat(sum).isCloseTo(1, within(1e-5));
            assertThat((double) entropy).isCloseTo(expectedEntropy, within(1e-4));
            assertThat((double) labelLogProbability)
                .isCloseTo(Math.log(probabilities[offset + LONG[row + 1]]), within(1e-4));
          });
    }
  }

  @ParameterizedTest
  @EnumSource(ComputeType.class)
  void paddingDoesNotChangeAShorterSequence(ComputeType computeType) {
    try (Decoder decoder = decoder(computeType)) {
      List<float[]> alone = rows(decoder, new int[][] {SHORT}, allPositions(0, SHORT));
      List<float[]> padded = rows(decoder, new int[][] {LONG, SHORT}, allPositions(1, SHORT));

      for (int row = 0; row < alone.size(); row++) {
        assertThat(padded.get(row)).containsExactly(alone.get(row), within(5e-3f));
      }
    }
  }

  @Test
  void aPositionSeesNothingThatComesAfterIt() {
    int[] changed = LONG.clone();
    changed[changed.length - 2] = 33;
    try (Decoder decoder = decoder(ComputeType.F32)) {
      List<float[]> before = rows(decoder, new int[][] {LONG}, allPositions(0, LONG));
      List<float[]> after = rows(decoder, new int[][] {changed}, allPositions(0, changed));

      int last = before.size() - 1;
      for (int row = 0; row < last; row++) {
        assertThat(after.get(row)).containsExactly(before.get(row), within(1e-6f));
      }
      assertThat(after.get(last)).isNotEqualTo(before.get(last));
    }
  }

  @Test
  void theCacheGivesWhatTheWholeTextGives() {
    try (Decoder decoder = decoder(ComputeType.F32)) {
      List<float[]> whole = rows(decoder, new int[][] {LONG}, allPositions(0, LONG));
      try (Decoder.Continuation text = decoder.start(Arrays.copyOf(LONG, 3))) {
        for (int t = 3; t < LONG.length; t++) {
          assertThat(softmax(text.logits())).containsExactly(whole.get(t - 1), within(1e-5f));
          text.append(LONG[t]);
        }
        assertThat(text.length()).isEqualTo(LONG.length);
      }
    }
  }

  @Test
  void scoringAgainGivesTheSameBits() {
    try (Decoder decoder = decoder(ComputeType.F32)) {
      List<float[]> first = rows(decoder, new int[][] {LONG, SHORT}, allPositions(0, LONG));
      List<float[]> second = rows(decoder, new int[][] {LONG, SHORT}, allPositions(0, LONG));
      for (int row = 0; row < first.size(); row++) {
        assertThat(second.get(row)).isEqualTo(first.get(row));
      }
    }
  }

  @Test
  void whatTheModelHasNotIsRefusedByName() {
    try (Decoder decoder = decoder(ComputeType.F32)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rows(decoder, new int[][] {{0, 50}}, List.of()))
          .withMessageContaining("token 50");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rows(decoder, new int[][] {new int[66]}, List.of()))
          .withMessageContaining("65 positions");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> rows(decoder, new int[][] {{0}}, List.of()))
          .withMessageContaining("0 positions");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> decoder.start(new int[0]))
          .withMessageContaining("0 positions");
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  decoder.score(
                      new int[][] {SHORT}, List.of(), 0f, (row, p, offset, entropy, label) -> {}))
          .withMessageContaining("temperature");
    }
  }

  @Test
  void aHigherTemperatureFlattens() {
    try (Decoder decoder = decoder(ComputeType.F32)) {
      List<Float> entropies = new ArrayList<>();
      for (float temperature : new float[] {0.5f, 1f, 2f}) {
        decoder.score(
            new int[][] {SHORT},
            List.of(new Decoder.Position(0, 2)),
            temperature,
            (row, probabilities, offset, entropy, label) -> entropies.add(entropy));
      }
      assertThat(entropies).isSorted().doesNotHaveDuplicates();
    }
  }

  private static Decoder decoder(ComputeType computeType) {
    Weights weights = Weights.initialise(CONFIG, 3);
    weights.tensors().stream()
        .filter(tensor -> tensor.slot().role() != WeightLayout.Role.NORM)
        .forEach(DecoderTest::widen);
    return Decoder.load(engine, CONFIG, weights, computeType);
  }

  /** Larger weights than training starts from, so that distributions are not all but uniform. */
  private static void widen(WeightTensor tensor) {
    for (int i = 0; i < tensor.values().length; i++) {
      tensor.values()[i] *= 10;
    }
  }

  private static List<Decoder.Position> allPositions(int sequence, int[] tokens) {
    List<Decoder.Position> positions = new ArrayList<>();
    for (int t = 0; t < tokens.length - 1; t++) {
      positions.add(new Decoder.Position(sequence, t));
    }
    return positions;
  }

  private static List<float[]> rows(
      Decoder decoder, int[][] sequences, List<Decoder.Position> positions) {
    List<float[]> rows = new ArrayList<>();
    decoder.score(
        sequences,
        positions,
        1f,
        (row, probabilities, offset, entropy, label) ->
            rows.add(Arrays.copyOfRange(probabilities, offset, offset + CONFIG.vocabularySize())));
    return rows;
  }

  private static float[] softmax(float[] logits) {
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit);
    }
    float[] probabilities = new float[logits.length];
    for (int i = 0; i < logits.length; i++) {
      probabilities[i] = (float) (Math.exp(logits[i]) / sum);
    }
    return probabilities;
  }
}
