package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.Weights;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The update against AdamW in double, fed with the gradients that the step itself computed. */
class AdamWTest {
  private static final ModelConfig CONFIG = config(true);
  private static final int STEPS = 5;

  @ParameterizedTest(name = "clip norm {0}, weight decay {1}, warm-up {2}")
  @CsvSource({"0, 0, 0", "0.05, 0.3, 3", "1000, 0.3, 0"})
  void weights_and_moments_follow_the_definition(
      double clipNorm, double weightDecay, long warmupSteps) {
    OptimizerSettings settings =
        new OptimizerSettings(
            LearningRateSchedule.constant(0.01, warmupSteps),
            0.8,
            0.9,
            1e-6,
            weightDecay,
            clipNorm);
    ObjectiveSettings objective = ObjectiveSettings.hardLabels();
    List<WeightLayout.Slot> slots = WeightLayout.of(CONFIG).slots();
    double[][] first = new double[slots.size()][];
    double[][] second = new double[slots.size()][];
    double[][] expected = new double[slots.size()][];
    Weights initial = weights(CONFIG, 4);
    for (int i = 0; i < slots.size(); i++) {
      float[] values = initial.tensors().get(i).values();
      first[i] = new double[values.length];
      second[i] = new double[values.length];
      expected[i] = new double[values.length];
      for (int j = 0; j < values.length; j++) {
        expected[i][j] = values[j];
      }
    }
    try (TrainingState state = TrainingState.initial(ENGINE, CONFIG, initial);
        DistillationStep step =
            new DistillationStep(ENGINE, CONFIG, ComputeType.F32, objective, settings, 100)) {
      for (int number = 1; number <= STEPS; number++) {
        List<TrainingExample> examples =
            List.of(labels(tokens(new Random(number), 20), 1, range(0, 19)));
        double[][] gradients =
            Gradients.of(
                    ENGINE,
                    CONFIG,
                    ComputeType.F32,
                    state.weights(),
                    objective,
                    examples,
                    100,
                    new HeadChunks(100, false),
                    false)
                .gradients();
        double norm = norm(gradients);
        double clip = clipNorm > 0 && norm > clipNorm ? clipNorm / norm : 1;
        double rate = warmupSteps == 0 ? 0.01 : 0.01 * Math.min(1.0, (double) number / warmupSteps);
        StepResult result = step.run(state, examples);
        assertThat(result.gradientNorm()).isEqualTo(norm, within(1e-5 * norm));
        assertThat(result.learningRate()).isEqualTo(rate, within(1e-12));
        for (int i = 0; i < slots.size(); i++) {
          double decay = slots.get(i).role() == WeightLayout.Role.NORM ? 0 : weightDecay;
          float[] actual = state.weightTensors().get(i).toFloatArray();
          for (int j = 0; j < actual.length; j++) {
            double gradient = gradients[i][j] * clip;
            first[i][j] = 0.8 * first[i][j] + 0.2 * gradient;
            second[i][j] = 0.9 * second[i][j] + 0.1 * gradient * gradient;
            double mean = first[i][j] / (1 - Math.pow(0.8, number));
            double square = second[i][j] / (1 - Math.pow(0.9, number));
            double update = mean / (Math.sqrt(square) + 1e-6);
            expected[i][j] -= rate * (update + decay * expected[i][j]);
            assertThat((double) actual[j])
                .as(slots.get(i).name())
                .isEqualTo(expected[i][j], within(2e-6));
          }
          assertThat(
                  Gradients.relativeDistance(
                      Gradients.widen(state.firstMomentTensors().get(i).toFloatArray()), first[i]))
              .isLessThan(1e-5);
          assertThat(
                  Gradients.relativeDistance(
                      Gradients.widen(state.secondMomentTensors().get(i).toFloatArray()),
                      second[i]))
              .isLessThan(1e-5);
        }
      }
    }
  }

  private static double norm(double[][] gradients) {
    double sum = 0;
    for (double value : Gradients.flatten(gradients)) {
      sum += value * value;
    }
    return Math.sqrt(sum);
  }
}
