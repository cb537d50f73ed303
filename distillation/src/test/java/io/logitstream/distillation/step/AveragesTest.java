package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.AverageSettings;
import io.logitstream.distillation.optimizer.Freezing;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class AveragesTest {
  private static final ModelConfig CONFIG = config(true);
  private static final Weights WEIGHTS = weights(CONFIG, 3);
  private static final double DECAY = 0.5;

  private static DistillationStep step(AverageSettings averages) {
    return new DistillationStep(
        ENGINE,
        CONFIG,
        ComputeType.F32,
        ObjectiveSettings.hardLabels(),
        new OptimizerSettings(
            LearningRateSchedule.constant(0.05, 0),
            0.9,
            0.95,
            1e-8,
            0.1,
            1,
            averages,
            Freezing.NONE,
            Optional.empty()),
        100);
  }

  private static List<TrainingExample> examples(long seed) {
    return List.of(labels(tokens(new Random(seed), 12), 1, range(0, 11)));
  }

  @Test
  void averages_follow_the_weights_at_their_own_pace() {
    double[] expected = values(WEIGHTS.toBytes());
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS, true);
        DistillationStep step = step(new AverageSettings(DECAY))) {
      for (int number = 1; number <= 12; number++) {
        step.run(state, examples(number));
        double[] weights = values(state.weightsBytes());
        double kept = Math.min(DECAY, (1.0 + number) / (10.0 + number));
        for (int i = 0; i < expected.length; i++) {
          expected[i] = kept * expected[i] + (1 - kept) * weights[i];
        }
        double[] averages = values(state.averagesBytes().orElseThrow());
        for (int i = 0; i < expected.length; i++) {
          assertThat(averages[i]).isCloseTo(expected[i], within(2e-6));
        }
      }
      assertThat(state.averagesBytes().orElseThrow()).isNotEqualTo(state.weightsBytes());
    }
  }

  @Test
  void a_restored_state_goes_on_with_the_same_averages_and_averages_change_no_weight() {
    try (TrainingState through = TrainingState.initial(ENGINE, CONFIG, WEIGHTS, true);
        TrainingState without = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(new AverageSettings(DECAY));
        DistillationStep plain = step(AverageSettings.NONE)) {
      step.run(through, examples(1));
      plain.run(without, examples(1));
      try (TrainingState restored = TrainingState.restore(ENGINE, CONFIG, through.snapshot())) {
        step.run(through, examples(2));
        step.run(restored, examples(2));
        plain.run(without, examples(2));
        assertThat(restored.averagesBytes().orElseThrow())
            .isEqualTo(through.averagesBytes().orElseThrow());
        assertThat(without.weightsBytes()).isEqualTo(through.weightsBytes());
        assertThat(without.averagesBytes()).isEmpty();
      }
    }
  }

  @Test
  void a_state_and_a_step_that_disagree_about_averages_are_refused() {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(new AverageSettings(DECAY))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step.run(state, examples(1)))
          .withMessageContaining("averages");
    }
    assertThatIllegalArgumentException().isThrownBy(() -> new AverageSettings(1));
  }

  private static double[] values(byte[] bytes) {
    float[] floats = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return Gradients.widen(floats);
  }
}
