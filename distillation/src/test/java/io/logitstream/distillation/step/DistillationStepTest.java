package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.VOCABULARY;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.example;
import static io.logitstream.distillation.Fixtures.full;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.sampled;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.topK;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.SoftMix;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TopKLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DistillationStepTest {
  private static final ModelConfig CONFIG = config(true);
  private static final Weights WEIGHTS = weights(CONFIG, 1);
  private static final ObjectiveSettings BOTH = new ObjectiveSettings(0.5);
  private static final OptimizerSettings OPTIMIZER =
      OptimizerSettings.of(LearningRateSchedule.constant(0.01, 0));
  private static final double ROUNDING = 2e-5;

  private static DistillationStep step(
      ObjectiveSettings objective, ComputeType computeType, int microBatchTokens) {
    return new DistillationStep(
        ENGINE, CONFIG, computeType, objective, OPTIMIZER, microBatchTokens);
  }

  private static double[] gradient(
      ObjectiveSettings objective, List<TrainingExample> examples, int microBatchTokens) {
    return Gradients.flatten(
        Gradients.of(
                ENGINE,
                CONFIG,
                ComputeType.F32,
                WEIGHTS,
                objective,
                examples,
                microBatchTokens,
                new HeadChunks(100, false),
                false)
            .gradients());
  }

  /** A LABELS, a SAMPLED and a FULL sequence for each weight, of unequal lengths. */
  private static List<TrainingExample> mixed(long seed, double... weights) {
    Random random = new Random(seed);
    List<TrainingExample> examples = new ArrayList<>();
    for (double weight : weights) {
      int length = 5 + random.nextInt(12);
      int[] tokens = tokens(random, length + 1);
      SampledLogits sampled = sampled(random, tokens, length, 7);
      FullLogits full = full(random, tokens, length - 1);
      examples.add(labels(tokens, weight, range(0, 2), range(3, length)));
      examples.add(example(sampled, weight, 1, OptionalDouble.of(3), range(0, length)));
      examples.add(example(full, weight, 1, OptionalDouble.empty(), range(1, length)));
    }
    return examples;
  }

  @Test
  void training_on_the_same_sequences_lowers_the_objective_in_either_compute_type() {
    List<TrainingExample> examples = mixed(3, 1, 1);
    for (ComputeType type : ComputeType.values()) {
      try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
          DistillationStep step = step(BOTH, type, 40)) {
        StepResult first = step.run(state, examples);
        StepResult last = first;
        for (int i = 0; i < 60; i++) {
          last = step.run(state, examples);
        }
        assertThat(last.total().meanObjective()).isLessThan(first.total().meanObjective() - 0.5);
        assertThat(state.step()).isEqualTo(61).isEqualTo(last.step());
      }
    }
  }

  @Test
  void one_micro_batch_of_eight_equals_eight_of_one() {
    List<TrainingExample> examples = mixed(4, 1, 0.5, 2);
    double[] together = gradient(BOTH, examples, 10_000);
    double[] apart = gradient(BOTH, examples, 1);
    assertThat(Gradients.relativeDistance(apart, together)).isLessThan(ROUNDING);
  }

  @Test
  void all_ids_and_a_tail_of_nothing_are_the_whole_distribution() {
    Random random = new Random(17);
    int[] tokens = tokens(random, 9);
    TopKLogits top = topK(random, tokens, 8, VOCABULARY);
    FullLogits.Builder whole = new FullLogits.Builder(tokens, VOCABULARY, 8);
    float[] logProbabilities = new float[VOCABULARY + 1];
    for (int row = 0; row < 8; row++) {
      top.logProbabilities(row, logProbabilities, 0);
      // multiples of 1/16 under the maximum: float16 holds them exactly
      whole.add(logProbabilities, 0);
    }
    ObjectiveSettings mix =
        new ObjectiveSettings(
            0.8, 1, SoftMix.parse("forward-kl,reverse-kl,total-variation"), Optional.empty());
    for (ObjectiveSettings objective : List.of(BOTH, mix)) {
      double[] gradient =
          gradient(
              objective, List.of(example(top, 1, 1, OptionalDouble.empty(), range(0, 8))), 1000);
      double[] expected =
          gradient(
              objective,
              List.of(example(whole.build(), 1, 1, OptionalDouble.empty(), range(0, 8))),
              1000);
      assertThat(Gradients.relativeDistance(gradient, expected)).isLessThan(ROUNDING);
    }
  }

  @Test
  void a_sequence_of_weight_two_counts_as_two_sequences() {
    List<TrainingExample> weighted = mixed(5, 2, 1);
    List<TrainingExample> repeated = new ArrayList<>(mixed(5, 1, 1));
    repeated.addAll(repeated.subList(0, 3));
    assertThat(
            Gradients.relativeDistance(gradient(BOTH, weighted, 50), gradient(BOTH, repeated, 50)))
        .isLessThan(ROUNDING);
    assertThat(
            Gradients.relativeDistance(
                gradient(BOTH, mixed(5, 1, 1), 50), gradient(BOTH, weighted, 50)))
        .isGreaterThan(0.01);
  }

  @Test
  void a_sequence_of_weight_zero_counts_as_none() {
    List<TrainingExample> examples = mixed(6, 1, 0);
    assertThat(
            Gradients.relativeDistance(
                gradient(BOTH, examples, 50), gradient(BOTH, examples.subList(0, 3), 50)))
        .isLessThan(ROUNDING);
  }

  @Test
  void untrained_positions_are_context_but_not_labels() {
    int[] tokens = tokens(new Random(7), 12);
    int[] otherLabel = tokens.clone();
    otherLabel[11] = (tokens[11] + 1) % 23;
    int[] otherContext = tokens.clone();
    otherContext[2] = (tokens[2] + 1) % 23;
    ObjectiveSettings hard = ObjectiveSettings.hardLabels();
    double[] gradient = gradient(hard, List.of(labels(tokens, 1, range(4, 10))), 50);
    // Position 10 alone predicts token 11, and no trained position reads it.
    assertThat(gradient(hard, List.of(labels(otherLabel, 1, range(4, 10))), 50))
        .isEqualTo(gradient);
    assertThat(
            Gradients.relativeDistance(
                gradient(hard, List.of(labels(otherContext, 1, range(4, 10))), 50), gradient))
        .isGreaterThan(0.01);
    assertThat(
            Gradients.relativeDistance(
                gradient(hard, List.of(labels(otherLabel, 1, range(4, 11))), 50),
                gradient(hard, List.of(labels(tokens, 1, range(4, 11))), 50)))
        .isGreaterThan(0.01);
  }

  @Test
  void padding_changes_nothing() {
    Random random = new Random(8);
    TrainingExample brief = labels(tokens(random, 4), 1, range(0, 3));
    TrainingExample lengthy = labels(tokens(random, 30), 1, range(0, 29));
    ObjectiveSettings hard = ObjectiveSettings.hardLabels();
    double[] padded = gradient(hard, List.of(brief, lengthy), 1000);
    double[] alone = gradient(hard, List.of(brief), 1000);
    double[] other = gradient(hard, List.of(lengthy), 1000);
    double[] sum = new double[padded.length];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = (3 * alone[i] + 29 * other[i]) / 32;
    }
    assertThat(Gradients.relativeDistance(padded, sum)).isLessThan(ROUNDING);
  }

  @Test
  void labels_beside_distributions_train_on_their_labels_alone() {
    TrainingExample labels = labels(tokens(new Random(9), 12), 1, range(0, 11));
    assertThat(gradient(new ObjectiveSettings(0.9), List.of(labels), 50))
        .isEqualTo(gradient(ObjectiveSettings.hardLabels(), List.of(labels), 50));
  }

  @Test
  void ever_larger_samples_approach_the_whole_distribution() {
    Random random = new Random(10);
    int[] tokens = tokens(random, 20);
    FullLogits full = full(random, tokens, 19);
    ObjectiveSettings soft = new ObjectiveSettings(1);
    TrainingExample exact = example(full, 1, 1, OptionalDouble.empty(), range(0, 19));
    double[] gradient = gradient(soft, List.of(exact), 50);
    double previous = Double.POSITIVE_INFINITY;
    for (int sampleSize : new int[] {64, 1024, 1 << 16}) {
      TrainingExample counted =
          example(
              Counts.of(full, sampleSize),
              1,
              1,
              OptionalDouble.of(Counts.entropySum(full)),
              range(0, 19));
      double distance = Gradients.relativeDistance(gradient(soft, List.of(counted), 50), gradient);
      assertThat(distance).isLessThan(previous / 4);
      previous = distance;
    }
    assertThat(previous).isLessThan(1e-3);
    LossSums fromCounts =
        losses(
            soft,
            example(
                Counts.of(full, 1 << 16),
                1,
                1,
                OptionalDouble.of(Counts.entropySum(full)),
                range(0, 19)));
    LossSums fromFull = losses(soft, exact);
    assertThat(fromCounts.meanForwardKl().orElseThrow())
        .isEqualTo(fromFull.meanForwardKl().orElseThrow(), within(2e-3));
    assertThat(fromCounts.meanObjective()).isEqualTo(fromFull.meanObjective(), within(2e-3));
  }

  @Test
  void forward_kl_on_whole_distributions_is_never_negative() {
    for (long seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      int[] tokens = tokens(random, 10);
      LossSums losses =
          losses(BOTH, example(full(random, tokens, 9), 1, 1, OptionalDouble.empty(), range(0, 9)));
      assertThat(losses.forwardKl()).isPositive();
    }
  }

  @Test
  void forward_kl_is_empty_where_the_teachers_entropy_is_unknown() {
    Random random = new Random(12);
    int[] tokens = tokens(random, 10);
    TrainingExample unknown =
        example(sampled(random, tokens, 9, 5), 1, 1, OptionalDouble.empty(), range(0, 9));
    assertThat(losses(BOTH, unknown).meanForwardKl()).isEmpty();
    assertThat(losses(BOTH, labels(tokens, 1, range(0, 9))).meanForwardKl()).isEmpty();
  }

  @Test
  void losses_are_reported_by_domain_and_add_up() {
    List<TrainingExample> examples = mixed(13, 1, 1);
    List<TrainingExample> named = new ArrayList<>();
    for (int i = 0; i < examples.size(); i++) {
      TrainingExample e = examples.get(i);
      named.add(
          new TrainingExample(
              e.tokens(),
              e.trained(),
              1,
              i < 2 ? "java" : "scala",
              e.targets(),
              1,
              e.entropySums()));
    }
    StepResult result = result(BOTH, named);
    assertThat(result.byDomain()).containsOnlyKeys("java", "scala");
    LossSums java = result(BOTH, named.subList(0, 2)).total();
    LossSums ofJava = Objects.requireNonNull(result.byDomain().get("java"));
    assertThat(ofJava.tokens()).isEqualTo(java.tokens());
    assertThat(ofJava.objective()).isEqualTo(java.objective(), within(1e-4));
    assertThat(result.byDomain().values().stream().reduce(LossSums.ZERO, LossSums::plus))
        .isEqualTo(result.total());
  }

  @Test
  void a_refused_example_names_the_reason_and_leaves_the_state_alone() {
    Random random = new Random(14);
    int[] tokens = tokens(random, 10);
    SampledLogits warm = sampled(random, tokens, 9, 5);
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(BOTH, ComputeType.F32, 100)) {
      TrainingExample wrongTemperature = example(warm, 1, 2, OptionalDouble.empty(), range(0, 9));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step.run(state, List.of(wrongTemperature)))
          .withMessageContaining("drawn at temperature 2.0 cannot train at temperature 1.0");
      TrainingExample unknownToken = labels(new int[] {1, 2, 23}, 1, range(0, 2));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step.run(state, List.of(unknownToken)))
          .withMessageContaining("token 23");
      TrainingExample tooLong = labels(tokens(random, 66), 1, range(0, 65));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step.run(state, List.of(tooLong)))
          .withMessageContaining("65 positions");
      FullLogits foreign = new FullLogits(new int[] {0, 1}, 2, 1, new short[2]);
      assertThatIllegalArgumentException()
          .isThrownBy(
              () ->
                  step.run(
                      state, List.of(example(foreign, 1, 1, OptionalDouble.empty(), range(0, 1)))))
          .withMessageContaining("the teacher has 2 tokens");
      TrainingExample weightless = labels(tokens, 0, range(0, 9));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> step.run(state, List.of(weightless)))
          .withMessageContaining("> 0");
      assertThatIllegalArgumentException().isThrownBy(() -> step.run(state, List.of()));
      assertThat(state.step()).isZero();
      assertThat(state.weightsBytes()).isEqualTo(WEIGHTS.toBytes());
    }
  }

  @Test
  void a_sequence_longer_than_the_budget_stands_alone() {
    List<TrainingExample> examples =
        List.of(
            new TrainingExample(
                tokens(new Random(1), 41),
                List.of(range(0, 40)),
                1,
                "d",
                new Labels(tokens(new Random(1), 41)),
                1,
                List.of()),
            labels(tokens(new Random(2), 6), 1, range(0, 5)),
            labels(tokens(new Random(3), 5), 1, range(0, 4)));
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(BOTH, ComputeType.F32, 20)) {
      StepResult result = step.run(state, examples);
      assertThat(result.microBatches()).isEqualTo(2);
      assertThat(result.paddedTokens()).isEqualTo(40 + 2 * 5);
    }
  }

  private static LossSums losses(ObjectiveSettings objective, TrainingExample example) {
    return result(objective, List.of(example)).total();
  }

  private static StepResult result(ObjectiveSettings objective, List<TrainingExample> examples) {
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, WEIGHTS);
        DistillationStep step = step(objective, ComputeType.F32, 60)) {
      return step.run(state, examples);
    }
  }
}
