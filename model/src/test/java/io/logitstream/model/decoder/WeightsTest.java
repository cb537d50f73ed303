package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightsTest {
  private static final ModelConfig CONFIG =
      new ModelConfig(400, 64, 96, 8, 4, 2, 16, 1e-5, 10_000, false, 64, 0, 1);

  @Test
  void theInitialWeightsAreAFunctionOfTheSeedOnEveryJvm() {
    assertThat(Weights.initialise(CONFIG, 7).sha256())
        .isEqualTo("8a6d47cdffbbcd697150350f7dcc1e62189bc048357bb21cce3640e8324cb1d5")
        .isNotEqualTo(Weights.initialise(CONFIG, 8).sha256());
  }

  @Test
  void projectionsIntoTheResidualStreamBeginNarrower() {
    for (WeightTensor tensor : Weights.initialise(CONFIG, 1).tensors()) {
      double squares = 0;
      for (float value : tensor.values()) {
        squares += (double) value * value;
      }
      double deviation = Math.sqrt(squares / tensor.values().length);
      switch (tensor.slot().role()) {
        case NORM -> assertThat(tensor.values()).containsOnly(1f);
        case TABLE, MATRIX -> assertThat(deviation).isCloseTo(0.02, within(0.001));
        case RESIDUAL_MATRIX -> assertThat(deviation).isCloseTo(0.005, within(0.0003));
        case BIAS -> assertThat(tensor.values()).containsOnly(0f);
      }
    }
  }

  @Test
  void bytesComeBackAsTheSameWeights() {
    Weights weights = Weights.initialise(CONFIG, 3);
    byte[] bytes = weights.toBytes();

    assertThat(bytes).hasSize(Math.toIntExact(CONFIG.parameters() * Float.BYTES));
    assertThat(Weights.fromBytes(CONFIG, ByteBuffer.wrap(bytes)).sha256())
        .isEqualTo(weights.sha256());
  }

  @Test
  void bytesOfAnotherModelAreRefused() {
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> Weights.fromBytes(CONFIG, ByteBuffer.allocate(12)))
        .withMessageContaining("12 bytes")
        .withMessageContaining(Long.toString(CONFIG.parameters() * Float.BYTES));
  }

  @ParameterizedTest
  @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void aWeightThatIsNotFiniteIsRefusedByName(float bad) {
    byte[] bytes = Weights.initialise(CONFIG, 3).toBytes();
    ByteBuffer.wrap(bytes)
        .order(java.nio.ByteOrder.LITTLE_ENDIAN)
        .putFloat(400 * 64 * Float.BYTES, bad);

    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> Weights.fromBytes(CONFIG, ByteBuffer.wrap(bytes)))
        .withMessageContaining("model.layers.0.input_layernorm.weight[0]")
        .withMessageContaining(Float.toString(bad));
  }

  @Test
  void weightsInAnotherOrderAreRefused() {
    List<WeightTensor> tensors = Weights.initialise(CONFIG, 3).tensors();
    List<WeightTensor> fewer = tensors.subList(1, tensors.size());
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> new Weights(CONFIG, fewer));
  }
}
