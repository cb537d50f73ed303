package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.AverageSettings;
import io.logitstream.distillation.optimizer.Freezing;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.AdaptedWeights;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.LowRank;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightTensor;
import io.logitstream.model.decoder.Weights;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Steps of a model whose adapters are trained alone. */
class AdapterStepTest {
  private static final ModelConfig BASE = config(false);
  private static final ModelConfig CONFIG =
      BASE.with(new LowRank(2, 4, List.of("q_proj", "down_proj"), false));
  private static final Weights WEIGHTS = AdaptedWeights.initialise(CONFIG, weights(BASE, 3), 11);
  private static final List<TrainingExample> EXAMPLES =
      List.of(labels(tokens(new Random(2), 12), 1, range(0, 11)));

  private static DistillationStep step(ComputeType type, double averages, String... frozen) {
    return new DistillationStep(
        ENGINE,
        CONFIG,
        type,
        ObjectiveSettings.hardLabels(),
        new OptimizerSettings(
            LearningRateSchedule.constant(0.05, 0),
            0.9,
            0.95,
            1e-8,
            0.1,
            1,
            new AverageSettings(averages),
            new Freezing(List.of(frozen)),
            Optional.empty()),
        100);
  }

  @Test
  void the_models_own_weights_stand_still_and_every_adapter_moves() {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(ComputeType.F32, 0)) {
      double first = step.run(state, EXAMPLES).total().meanObjective();
      double last = first;
      for (int i = 0; i < 5; i++) {
        last = step.run(state, EXAMPLES).total().meanObjective();
      }
      assertThat(last).isLessThan(first);
      List<WeightTensor> after = state.weights().tensors();
      for (int i = 0; i < after.size(); i++) {
        WeightLayout.Slot slot = after.get(i).slot();
        float[] before = WEIGHTS.tensors().get(i).values();
        if (slot.role().isAdapter()) {
          assertThat(after.get(i).values()).as(slot.name()).isNotEqualTo(before);
        } else {
          assertThat(after.get(i).values()).as(slot.name()).isEqualTo(before);
        }
      }
    }
  }

  @Test
  void a_snapshot_holds_the_adapters_alone_and_training_goes_on_from_it_bit_for_bit() {
    long learned = WeightLayout.of(CONFIG).learnedParameters();
    assertThat(learned).isLessThan(BASE.parameters()).isPositive();
    try (DistillationStep step = step(ComputeType.F32, 0.5);
        TrainingState through = TrainingState.initial(ENGINE, CONFIG, WEIGHTS, true)) {
      step.run(through, EXAMPLES);
      TrainingState.Snapshot snapshot = through.snapshot();
      assertThat(snapshot.weights()).hasSize(Math.toIntExact(learned * Float.BYTES));
      assertThat(snapshot.moments()).hasSize(Math.toIntExact(2 * learned * Float.BYTES));
      assertThat(snapshot.averages().orElseThrow()).hasSameSizeAs(snapshot.weights());
      step.run(through, EXAMPLES);
      TrainingState.Snapshot expected = through.snapshot();
      try (TrainingState restored = TrainingState.restore(ENGINE, CONFIG, WEIGHTS, snapshot)) {
        step.run(restored, EXAMPLES);
        assertSame(restored.snapshot(), expected);
      }
      through.reset(snapshot);
      step.run(through, EXAMPLES);
      assertSame(through.snapshot(), expected);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TrainingState.restore(
                    ENGINE,
                    CONFIG,
                    new TrainingState.Snapshot(0, new byte[0], new byte[0], Optional.empty())))
        .withMessageContaining("its own weights");
  }

  private static void assertSame(TrainingState.Snapshot actual, TrainingState.Snapshot expected) {
    assertThat(actual.step()).isEqualTo(expected.step());
    assertThat(actual.weights()).isEqualTo(expected.weights());
    assertThat(actual.moments()).isEqualTo(expected.moments());
    assertThat(actual.averages().orElseThrow()).isEqualTo(expected.averages().orElseThrow());
  }

  @Test
  void new_adapters_change_nothing_and_merged_ones_compute_the_same() {
    double before = objective(BASE, weights(BASE, 3));
    assertThat(objective(CONFIG, WEIGHTS)).isEqualTo(before);
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(ComputeType.F32, 0)) {
      for (int i = 0; i < 3; i++) {
        step.run(state, EXAMPLES);
      }
      double beside = objective(CONFIG, state.weights());
      double merged = objective(BASE, AdaptedWeights.merge(CONFIG, state.weights()));
      assertThat(Math.abs(beside - before)).isGreaterThan(0.01);
      assertThat(Math.abs(merged - beside)).isLessThan(1e-5);
    }
  }

  private static double objective(ModelConfig config, Weights weights) {
    try (TrainingState state = TrainingState.initial(ENGINE, config, weights);
        DistillationStep step =
            new DistillationStep(
                ENGINE,
                config,
                ComputeType.F32,
                ObjectiveSettings.hardLabels(),
                new OptimizerSettings(
                    LearningRateSchedule.constant(1e-9, 0), 0.9, 0.95, 1e-8, 0, 0),
                100)) {
      return step.run(state, EXAMPLES).total().meanObjective();
    }
  }

  @Test
  void in_bfloat16_the_adapters_learn_about_the_same() {
    double[] objectives = new double[2];
    for (ComputeType type : ComputeType.values()) {
      try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
          DistillationStep step = step(type, 0)) {
        for (int i = 0; i < 5; i++) {
          objectives[type.ordinal()] = step.run(state, EXAMPLES).total().meanObjective();
        }
      }
    }
    assertThat(Math.abs(objectives[0] - objectives[1])).isLessThan(0.05);
  }

  @Test
  void a_matrix_of_an_adapter_can_stand_still_and_what_is_not_learned_cannot_be_named() {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(ComputeType.F32, 0, "*.lora_A.weight")) {
      step.run(state, EXAMPLES);
      step.run(state, EXAMPLES);
      List<WeightTensor> after = state.weights().tensors();
      for (int i = 0; i < after.size(); i++) {
        boolean moved = after.get(i).slot().role() == WeightLayout.Role.ADAPTER_B;
        assertThat(Arrays.equals(after.get(i).values(), WEIGHTS.tensors().get(i).values()))
            .as(after.get(i).slot().name())
            .isNotEqualTo(moved);
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Freezing(List.of("model.norm.weight")).trained(CONFIG))
        .withMessageContaining("fits no weight");
  }
}
