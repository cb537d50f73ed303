package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
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
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.ReferenceDecoder;
import io.logitstream.distillation.ReferenceObjective;
import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossSums;
import io.logitstream.distillation.loss.ObjectiveChange;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.SoftMix;
import io.logitstream.distillation.loss.TopKTail;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.Weights;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Losses and gradients of the whole model against a float64 reference and its central differences.
 */
class GradientTest {
  private static final double DIFFERENCE = 1e-5;

  static Stream<Arguments> objectives() {
    return Stream.of(
        Arguments.of("hard labels alone", true, new ObjectiveSettings(0), ComputeType.F32, 2e-4),
        Arguments.of("both, tied", true, new ObjectiveSettings(0.7), ComputeType.F32, 2e-4),
        Arguments.of("both, untied", false, new ObjectiveSettings(0.7), ComputeType.F32, 2e-4),
        Arguments.of("soft alone", true, new ObjectiveSettings(1), ComputeType.F32, 2e-4),
        Arguments.of("warmer", true, new ObjectiveSettings(0.4, 2), ComputeType.F32, 2e-4),
        Arguments.of("colder, untied", false, new ObjectiveSettings(1, 0.5), ComputeType.F32, 2e-4),
        Arguments.of("all divergences, changing", true, changing(), ComputeType.F32, 2e-4),
        Arguments.of("tails left out", true, renormalised(), ComputeType.F32, 2e-4),
        Arguments.of("bf16", true, new ObjectiveSettings(0.7), ComputeType.BF16, 0.1));
  }

  /** Every divergence, at the first of four steps from one mix to another. */
  private static ObjectiveSettings changing() {
    return new ObjectiveSettings(
        0.9,
        1.5,
        SoftMix.parse("reverse-kl:1,jensen-shannon(0.2):2,total-variation:1"),
        Optional.of(
            new ObjectiveChange(
                0.5,
                SoftMix.parse("forward-kl:1,skewed-forward-kl(0.1):3,skewed-reverse-kl(0.1):2"),
                0,
                4)));
  }

  private static ObjectiveSettings renormalised() {
    return new ObjectiveSettings(
        0.7, 2, SoftMix.FORWARD_KL, Optional.empty(), TopKTail.RENORMALISED);
  }

  /** Unequal lengths, weights, gaps in the trained positions; each kind in one step. */
  private static List<TrainingExample> examples(ObjectiveSettings objective) {
    Random random = new Random(11);
    float temperature = (float) objective.temperature();
    int[] first = tokens(random, 10);
    int[] second = tokens(random, 7);
    int[] third = tokens(random, 13);
    int[] fourth = tokens(random, 5);
    boolean linear = objective.isForwardKl();
    return List.of(
        labels(first, 0.5, range(0, 3), range(5, 9, 0.25)),
        new TrainingExample(
            second,
            List.of(range(1, 4, 2), range(4, 6, 0.5)),
            2,
            "domain",
            linear ? sampled(random, second, 5, 9) : full(random, second, 5),
            temperature,
            linear ? List.of(1.5, 1.0) : List.of()),
        example(full(random, third, 8), 1.5, 1.25f, OptionalDouble.empty(), range(3, 11, 3)),
        example(
            linear ? sampled(random, fourth, 4, 3) : full(random, fourth, 4),
            0.25,
            temperature,
            OptionalDouble.empty(),
            range(0, 4)),
        example(full(random, fourth, 4), 1, 1, OptionalDouble.empty(), range(0, 4)),
        example(
            topK(random, second, 5, 4),
            0.75,
            temperature,
            OptionalDouble.empty(),
            range(0, 2),
            range(3, 6, 2)),
        example(topK(random, fourth, 4, 9), 1, temperature, OptionalDouble.empty(), range(0, 4)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("objectives")
  void losses_and_gradients_are_those_of_the_definition(
      String name,
      boolean tied,
      ObjectiveSettings objective,
      ComputeType computeType,
      double tolerance) {
    ModelConfig config = config(tied);
    Weights weights = weights(config, 5);
    List<TrainingExample> examples = examples(objective);
    ReferenceDecoder decoder = new ReferenceDecoder(config, weights);
    ReferenceObjective reference = new ReferenceObjective(decoder, objective);
    LossSums expected = reference.sums(examples);
    double[][] differences = differences(decoder, reference, examples);
    for (HeadChunks chunks : List.of(new HeadChunks(1000, false), new HeadChunks(3, true))) {
      Gradients.Result result =
          Gradients.of(
              ENGINE,
              config,
              computeType,
              weights,
              objective,
              examples,
              30,
              chunks,
              chunks.inPlace());
      LossSums actual = result.step().total();
      assertThat(actual.tokens()).isEqualTo(expected.tokens());
      assertThat(actual.weight()).isEqualTo(expected.weight(), within(1e-12));
      assertThat(actual.klTokens()).isEqualTo(expected.klTokens());
      assertThat(actual.objective()).isEqualTo(expected.objective(), within(tolerance * 30));
      assertThat(actual.crossEntropy()).isEqualTo(expected.crossEntropy(), within(tolerance * 30));
      assertThat(actual.forwardKl()).isEqualTo(expected.forwardKl(), within(tolerance * 30));
      assertThat(actual.divergences()).hasSameSizeAs(expected.divergences());
      actual
          .divergences()
          .forEach(
              (label, sum) ->
                  assertThat(sum)
                      .as(label)
                      .isEqualTo(
                          Objects.requireNonNull(expected.divergences().get(label)),
                          within(tolerance * 30)));
      for (int tensor = 0; tensor < differences.length; tensor++) {
        assertThat(Gradients.relativeDistance(result.gradients()[tensor], differences[tensor]))
            .as(weights.tensors().get(tensor).slot().name())
            .isLessThan(tolerance);
      }
    }
  }

  private static double[][] differences(
      ReferenceDecoder decoder, ReferenceObjective reference, List<TrainingExample> examples) {
    double[][] out = new double[decoder.weights().length][];
    for (int tensor = 0; tensor < out.length; tensor++) {
      double[] values = decoder.weights()[tensor];
      out[tensor] = new double[values.length];
      for (int i = 0; i < values.length; i++) {
        double value = values[i];
        values[i] = value + DIFFERENCE;
        double above = reference.mean(examples);
        values[i] = value - DIFFERENCE;
        double below = reference.mean(examples);
        values[i] = value;
        out[tensor][i] = (above - below) / (2 * DIFFERENCE);
      }
    }
    return out;
  }
}
