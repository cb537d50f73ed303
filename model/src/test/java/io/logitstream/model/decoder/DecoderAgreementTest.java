package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.model.torchscript.TorchEngine;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The decoder against a float64 reference that shares nothing with it. */
class DecoderAgreementTest {
  private static final double TOLERANCE = 1e-4;

  /** Eight bits of precision through every layer. */
  private static final double BF16_TOLERANCE = 0.5;

  /** Weights this large make every part of the computation matter. */
  private static final double DEVIATION = 0.25;

  private static TorchEngine engine;

  @BeforeAll
  static void startEngine() {
    engine = TorchEngine.start("cpu", 1);
  }

  static Stream<ModelConfig> shapes() {
    return Stream.of(
        new ModelConfig(50, 32, 48, 2, 4, 4, 8, 1e-5, 10_000, true, 64, null, null),
        new ModelConfig(50, 32, 48, 2, 4, 2, 8, 1e-5, 10_000, true, 64, null, null),
        new ModelConfig(50, 32, 48, 1, 4, 1, 8, 1e-5, 500_000, false, 64, null, null),
        new ModelConfig(50, 24, 48, 2, 4, 2, 16, 1e-2, 100, false, 64, null, null));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void agreesWithTheReference(ModelConfig config) {
    Weights weights = wideWeights(config);
    int[] tokens = new Random(5).ints(41, 0, config.vocabularySize()).toArray();
    double[][] expected = new ReferenceDecoder(config, weights).logProbabilities(tokens);

    try (Decoder decoder = Decoder.load(engine, config, weights, ComputeType.F32)) {
      assertRows(decoder, tokens, expected, TOLERANCE);
    }
    try (Decoder decoder = Decoder.load(engine, config, weights, ComputeType.BF16)) {
      assertRows(decoder, tokens, expected, BF16_TOLERANCE);
    }
  }

  private static void assertRows(
      Decoder decoder, int[] tokens, double[][] expected, double tolerance) {
    List<Decoder.Position> positions = new ArrayList<>();
    IntStream.range(0, tokens.length - 1).forEach(t -> positions.add(new Decoder.Position(0, t)));
    double[] worst = new double[1];
    decoder.score(
        new int[][] {tokens},
        positions,
        1f,
        (row, probabilities, offset, entropy, label) -> {
          assertThat((double) label).isCloseTo(expected[row][tokens[row + 1]], within(tolerance));
          for (int id = 0; id < expected[row].length; id++) {
            double difference = Math.abs(probabilities[offset + id] - Math.exp(expected[row][id]));
            worst[0] = Math.max(worst[0], difference);
          }
        });
    assertThat(worst[0]).isLessThan(tolerance);
  }

  private static Weights wideWeights(ModelConfig config) {
    Random random = new Random(9);
    List<WeightTensor> tensors = new ArrayList<>();
    for (WeightLayout.Slot slot : WeightLayout.of(config).slots()) {
      float[] values = new float[Math.toIntExact(slot.size())];
      for (int i = 0; i < values.length; i++) {
        double mean = slot.role() == WeightLayout.Role.NORM ? 1 : 0;
        values[i] = (float) (mean + DEVIATION * random.nextGaussian());
      }
      tensors.add(new WeightTensor(slot, values));
    }
    return new Weights(config, tensors);
  }
}
