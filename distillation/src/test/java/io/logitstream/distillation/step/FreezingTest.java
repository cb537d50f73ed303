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
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class FreezingTest {
  private static final ModelConfig CONFIG = config(false);
  private static final Weights WEIGHTS = weights(CONFIG, 3);
  private static final List<TrainingExample> EXAMPLES =
      List.of(labels(tokens(new Random(2), 12), 1, range(0, 11)));

  private static DistillationStep step(String... frozen) {
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
            0,
            AverageSettings.NONE,
            new Freezing(List.of(frozen)),
            Optional.empty()),
        100);
  }

  private static Weights trained(DistillationStep step) {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS)) {
      for (int i = 0; i < 3; i++) {
        step.run(state, EXAMPLES);
      }
      return state.weights();
    }
  }

  @Test
  void frozen_weights_stay_as_they_are_and_no_other() {
    try (DistillationStep step = step("model.embed_tokens.weight", "model.layers.0.*")) {
      Weights after = trained(step);
      for (int i = 0; i < after.tensors().size(); i++) {
        WeightTensor tensor = after.tensors().get(i);
        String name = tensor.slot().name();
        boolean frozen =
            name.equals("model.embed_tokens.weight") || name.startsWith("model.layers.0.");
        float[] before = WEIGHTS.tensors().get(i).values();
        if (frozen) {
          assertThat(tensor.values()).as(name).isEqualTo(before);
        } else {
          assertThat(tensor.values()).as(name).isNotEqualTo(before);
        }
      }
    }
  }

  @Test
  void frozen_weights_have_no_part_in_the_norm() {
    double all = norm();
    double head = norm("model.*");
    double body = norm("lm_head.weight");
    assertThat(head * head + body * body).isCloseTo(all * all, within(1e-4 * all * all));
    assertThat(head).isPositive().isLessThan(all);
  }

  private static double norm(String... frozen) {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(frozen)) {
      return step.run(state, EXAMPLES).gradientNorm();
    }
  }

  @Test
  void patterns_that_fit_nothing_or_everything_are_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Freezing(List.of("model.layers.9.*")).trained(CONFIG))
        .withMessageContaining("'model.layers.9.*' fits no weight");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Freezing(List.of("*")).trained(CONFIG))
        .withMessageContaining("nothing is left to train");
  }
}
