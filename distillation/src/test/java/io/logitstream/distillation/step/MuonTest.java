package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.AverageSettings;
import io.logitstream.distillation.optimizer.Freezing;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.Muon;
import io.logitstream.distillation.optimizer.OptimizerSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import io.logitstream.model.decoder.WeightLayout.Role;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The update against Muon in double, fed with the gradients that the step itself computed. */
class MuonTest {
  private static final ModelConfig CONFIG = config(false);
  private static final List<WeightLayout.Slot> SLOTS = WeightLayout.of(CONFIG).slots();
  private static final double RATE = 0.01;
  private static final double MOMENTUM = 0.9;
  private static final double WEIGHT_DECAY = 0.3;
  private static final int STEPS = 4;

  @Test
  void matricesFollowTheDefinitionAndTheRestIsAdamW() {
    double[][] momenta = new double[SLOTS.size()][];
    try (TrainingState muon = TrainingState.initial(ENGINE, CONFIG, weights(CONFIG, 4));
        DistillationStep step = step(Optional.of(new Muon(MOMENTUM)));
        DistillationStep adamW = step(Optional.empty())) {
      for (int number = 1; number <= STEPS; number++) {
        List<TrainingExample> examples =
            List.of(labels(tokens(new Random(number), 20), 1, range(0, 19)));
        double[][] before = values(muon.weightTensors());
        double[][] gradients = gradients(muon, examples);
        try (TrainingState other = TrainingState.restore(ENGINE, CONFIG, muon.snapshot())) {
          step.run(muon, examples);
          adamW.run(other, examples);
          double[][] after = values(muon.weightTensors());
          double[][] afterAdamW = values(other.weightTensors());
          for (int i = 0; i < SLOTS.size(); i++) {
            if (isMatrix(i)) {
              momenta[i] = momenta[i] == null ? new double[gradients[i].length] : momenta[i];
              double[] expected = expected(SLOTS.get(i), before[i], gradients[i], momenta[i]);
              assertThat(Gradients.relativeDistance(after[i], expected))
                  .as(SLOTS.get(i).name())
                  .isLessThan(1e-4);
            } else {
              assertThat(after[i]).as(SLOTS.get(i).name()).isEqualTo(afterAdamW[i]);
            }
          }
        }
      }
      for (int i = 0; i < SLOTS.size(); i++) {
        if (isMatrix(i)) {
          assertThat(muon.secondMomentTensors().get(i).toFloatArray()).containsOnly(0f);
        }
      }
    }
  }

  private static boolean isMatrix(int place) {
    Role role = SLOTS.get(place).role();
    return role == Role.MATRIX || role == Role.RESIDUAL_MATRIX;
  }

  private static DistillationStep step(Optional<Muon> muon) {
    return new DistillationStep(
        ENGINE,
        CONFIG,
        ComputeType.F32,
        ObjectiveSettings.hardLabels(),
        new OptimizerSettings(
            LearningRateSchedule.constant(RATE, 0),
            0.8,
            0.9,
            1e-6,
            WEIGHT_DECAY,
            0,
            AverageSettings.NONE,
            Freezing.NONE,
            muon),
        100);
  }

  private static double[][] gradients(TrainingState state, List<TrainingExample> examples) {
    return Gradients.of(
            ENGINE,
            CONFIG,
            ComputeType.F32,
            state.weights(),
            ObjectiveSettings.hardLabels(),
            examples,
            100,
            new HeadChunks(100, false),
            false)
        .gradients();
  }

  private static double[][] values(List<NDArray> tensors) {
    return tensors.stream()
        .map(tensor -> Gradients.widen(tensor.toFloatArray()))
        .toArray(double[][]::new);
  }

  private static double[] expected(
      WeightLayout.Slot slot, double[] weights, double[] gradient, double[] momentum) {
    int rows = Math.toIntExact(slot.shape().get(0));
    int columns = Math.toIntExact(slot.shape().get(1));
    double[][] ahead = new double[rows][columns];
    for (int i = 0; i < gradient.length; i++) {
      momentum[i] = MOMENTUM * momentum[i] + gradient[i];
      ahead[i / columns][i % columns] = gradient[i] + MOMENTUM * momentum[i];
    }
    double[][] direction = orthogonal(ahead);
    double size = RATE * 0.2 * Math.sqrt(Math.max(rows, columns));
    double[] expected = new double[weights.length];
    for (int i = 0; i < expected.length; i++) {
      expected[i] =
          weights[i] * (1 - RATE * WEIGHT_DECAY) - size * direction[i / columns][i % columns];
    }
    return expected;
  }

  /** a·X + (b·A + c·A²)·X with A = X·Xᵀ, five times, from X = U/‖U‖. */
  private static double[][] orthogonal(double[][] u) {
    if (u.length > u[0].length) {
      return transposed(orthogonal(transposed(u)));
    }
    double norm = 0;
    for (double[] row : u) {
      for (double value : row) {
        norm += value * value;
      }
    }
    double[][] x = sum(1 / Math.sqrt(norm), u, 0, u);
    for (int iteration = 0; iteration < 5; iteration++) {
      double[][] a = product(x, transposed(x));
      double[][] b = sum(-4.7750, a, 2.0315, product(a, a));
      x = sum(3.4445, x, 1, product(b, x));
    }
    return x;
  }

  private static double[][] transposed(double[][] x) {
    double[][] out = new double[x[0].length][x.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        out[j][i] = x[i][j];
      }
    }
    return out;
  }

  private static double[][] sum(double p, double[][] x, double q, double[][] y) {
    double[][] out = new double[x.length][x[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < x[0].length; j++) {
        out[i][j] = p * x[i][j] + q * y[i][j];
      }
    }
    return out;
  }

  private static double[][] product(double[][] x, double[][] y) {
    double[][] out = new double[x.length][y[0].length];
    for (int i = 0; i < x.length; i++) {
      for (int k = 0; k < y.length; k++) {
        for (int j = 0; j < y[0].length; j++) {
          out[i][j] += x[i][k] * y[k][j];
        }
      }
    }
    return out;
  }
}
