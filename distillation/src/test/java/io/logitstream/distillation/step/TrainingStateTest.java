package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.example;
import static io.logitstream.distillation.Fixtures.full;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.sampled;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingStateTest {
  private static final ModelConfig CONFIG = config(true);
  private static final Weights WEIGHTS = weights(CONFIG, 2);

  private static DistillationStep step(ComputeType computeType) {
    return new DistillationStep(
        ENGINE,
        CONFIG,
        computeType,
        new ObjectiveSettings(0.5),
        OptimizerSettings.of(LearningRateSchedule.constant(0.01, 4)),
        40);
  }

  /** The sequences of a step: a function of its number. */
  private static List<TrainingExample> examples(long step) {
    Random random = new Random(step);
    int[] tokens = tokens(random, 14);
    return List.of(
        labels(tokens, 1, range(0, 13)),
        example(sampled(random, tokens, 13, 9), 2, 1, OptionalDouble.of(4), range(0, 13)),
        example(full(random, tokens, 10), 1, 1, OptionalDouble.empty(), range(3, 13)));
  }

  private static void run(TrainingState state, ComputeType computeType, int steps) {
    try (DistillationStep step = step(computeType)) {
      for (int i = 0; i < steps; i++) {
        step.run(state, examples(state.step()));
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_same_steps_give_the_same_bytes_and_so_does_a_restore_in_their_middle(
      ComputeType computeType) {
    TrainingState.Snapshot undisturbed;
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS)) {
      run(state, computeType, 6);
      undisturbed = state.snapshot();
    }
    TrainingState.Snapshot middle;
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS)) {
      run(state, computeType, 3);
      middle = state.snapshot();
      run(state, computeType, 3);
      assertThat(state.snapshot()).usingRecursiveComparison().isEqualTo(undisturbed);
    }
    assertThat(middle.weights()).isNotEqualTo(undisturbed.weights());
    try (TrainingState state =
        TrainingState.restore(
            ENGINE,
            CONFIG,
            ByteBuffer.wrap(middle.weights()),
            ByteBuffer.wrap(middle.moments()),
            middle.step())) {
      assertThat(state.snapshot()).usingRecursiveComparison().isEqualTo(middle);
      run(state, computeType, 3);
      assertThat(state.snapshot()).usingRecursiveComparison().isEqualTo(undisturbed);
      assertThat(state.weightsSha256()).isEqualTo(undisturbed.weightsSha256());
    }
  }

  @Test
  void weights_come_out_as_they_went_in() {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS)) {
      assertThat(state.weightsBytes()).isEqualTo(WEIGHTS.toBytes());
      assertThat(state.weights().toBytes()).isEqualTo(WEIGHTS.toBytes());
      assertThat(state.weightsSha256()).isEqualTo(WEIGHTS.sha256());
      assertThat(state.momentsBytes()).hasSize(2 * WEIGHTS.toBytes().length).containsOnly(0);
      assertThat(state.step()).isZero();
    }
  }

  @Test
  void restoring_bytes_of_another_shape_is_refused() {
    byte[] weights = WEIGHTS.toBytes();
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                TrainingState.restore(
                    ENGINE, CONFIG, ByteBuffer.wrap(weights), ByteBuffer.wrap(weights), 1))
        .withMessageContaining("of moments, expected");
  }

  @Test
  void a_state_whose_update_failed_half_way_gives_nothing_out() {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(ComputeType.F32)) {
      state.beginUpdate();
      assertThatIllegalStateException()
          .isThrownBy(state::snapshot)
          .withMessageContaining("restore the state from a checkpoint");
      assertThatIllegalStateException().isThrownBy(() -> step.run(state, examples(1)));
    }
  }

  @Test
  void a_snapshot_beside_running_steps_is_of_one_step() throws InterruptedException {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS)) {
      Map<Long, String> byStep = new ConcurrentHashMap<>();
      List<TrainingState.Snapshot> snapshots = new CopyOnWriteArrayList<>();
      AtomicBoolean running = new AtomicBoolean(true);
      Thread reader =
          new Thread(
              () -> {
                while (running.get() && snapshots.size() < 200) {
                  snapshots.add(state.snapshot());
                }
              });
      byStep.put(0L, state.weightsSha256());
      reader.start();
      try (DistillationStep step = step(ComputeType.F32)) {
        for (int i = 0; i < 8; i++) {
          step.run(state, examples(state.step()));
          byStep.put(state.step(), state.weightsSha256());
        }
      } finally {
        running.set(false);
        reader.join();
      }
      assertThat(snapshots)
          .allSatisfy(
              snapshot ->
                  assertThat(snapshot.weightsSha256()).isEqualTo(byStep.get(snapshot.step())));
    }
  }
}
