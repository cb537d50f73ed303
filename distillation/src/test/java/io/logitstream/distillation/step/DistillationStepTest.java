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

import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DistillationStepTest {
  private static final ModelConfig CONFIG = config(true);

  static List<TrainingExample> mixed(long seed, double... weights) {
    Random random = new Random(seed);
    List<TrainingExample> examples = new ArrayList<>();
    for (double weight : weights) {
      int length = 5 + random.nextInt(12);
      int[] tokens = tokens(random, length + 1);
      examples.add(labels(tokens, weight, range(0, 2), range(3, length)));
      examples.add(
          example(
              sampled(random, tokens, length, 7),
              weight,
              1,
              OptionalDouble.of(3),
              range(0, length)));
      examples.add(
          example(
              full(random, tokens, length - 1),
              weight,
              1,
              OptionalDouble.empty(),
              range(1, length)));
    }
    return examples;
  }

  @Test
  void training_on_the_same_sequences_lowers_the_objective() {
    for (ComputeType type : ComputeType.values()) {
      try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, weights(CONFIG, 1));
          DistillationStep step =
              new DistillationStep(
                  ENGINE,
                  CONFIG,
                  type,
                  new ObjectiveSettings(0.5),
                  OptimizerSettings.of(0.01, 0),
                  40)) {
        List<TrainingExample> examples = mixed(3, 1, 1);
        StepResult first = step.run(state, examples);
        StepResult last = first;
        for (int i = 0; i < 60; i++) {
          last = step.run(state, examples);
        }
        assertThat(first.microBatches()).isGreaterThan(2);
        assertThat(last.total().meanObjective()).isLessThan(first.total().meanObjective() - 0.5);
        assertThat(state.step()).isEqualTo(61);
      }
    }
  }
}
