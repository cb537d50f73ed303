package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import org.junit.jupiter.api.Test;

class NonFiniteStepTest {
  private static final ModelConfig CONFIG = config(false);
  private static final List<TrainingExample> EXAMPLES =
      List.of(
          labels(new int[] {1, 2, 3, 4}, 1, range(0, 3)),
          labels(new int[] {5, 6, 7, 8, 9}, 1, range(0, 4)),
          labels(new int[] {1, 2, 3}, 1, range(0, 2)));

  private static DistillationStep step() {
    return new DistillationStep(
        ENGINE,
        CONFIG,
        ComputeType.F32,
        ObjectiveSettings.hardLabels(),
        OptimizerSettings.of(LearningRateSchedule.constant(0.01, 0)),
        100);
  }

  @Test
  void a_loss_that_is_not_finite_names_its_example_and_leaves_the_state_alone() {
    byte[] weights = weights(CONFIG, 3).toBytes();
    int embeddingOfSix = 6 * CONFIG.hiddenSize() * Float.BYTES;
    ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN).putFloat(embeddingOfSix, Float.NaN);
    try (TrainingState state =
            TrainingState.restore(
                ENGINE,
                CONFIG,
                ByteBuffer.wrap(weights),
                ByteBuffer.allocate(2 * weights.length),
                41);
        DistillationStep step = step()) {
      assertThatExceptionOfType(NonFiniteStepException.class)
          .isThrownBy(() -> step.run(state, EXAMPLES))
          .withMessageContaining("step 42 has loss NaN")
          .satisfies(
              e -> {
                assertThat(e.step()).isEqualTo(42);
                assertThat(e.suspects()).containsExactly(1);
              });
      assertThat(state.step()).isEqualTo(41);
      assertThat(state.weightsBytes()).isEqualTo(weights);
      assertThat(state.momentsBytes()).containsOnly(0);
      step.run(state, List.of(EXAMPLES.get(0), EXAMPLES.get(2)));
      assertThat(state.step()).isEqualTo(42);
    }
  }

  @Test
  void a_gradient_that_is_not_finite_under_finite_losses_leaves_the_state_alone() {
    Weights ordinary = weights(CONFIG, 3);
    List<WeightTensor> tensors =
        ordinary.tensors().stream()
            .map(
                tensor ->
                    switch (tensor.slot().name()) {
                      case "model.norm.weight" -> scaled(tensor, 1e-25f);
                      case "lm_head.weight" -> scaled(tensor, 1e25f);
                      default -> tensor;
                    })
            .toList();
    Weights extreme = new Weights(CONFIG, tensors);
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, extreme);
        DistillationStep step = step()) {
      assertThatExceptionOfType(NonFiniteStepException.class)
          .isThrownBy(() -> step.run(state, EXAMPLES))
          .withMessageContaining("gradient norm")
          .satisfies(e -> assertThat(e.suspects()).containsExactly(0, 1, 2));
      assertThat(state.step()).isZero();
      assertThat(state.weightsBytes()).isEqualTo(extreme.toBytes());
      assertThat(state.momentsBytes()).containsOnly(0);
    }
  }

  private static WeightTensor scaled(WeightTensor tensor, float factor) {
    float[] values = tensor.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return new WeightTensor(tensor.slot(), values);
  }
}
