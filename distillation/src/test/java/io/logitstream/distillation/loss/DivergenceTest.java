package io.logitstream.distillation.loss;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.config;
import static io.logitstream.distillation.ReferenceDecoder.logSoftmax;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.logitstream.distillation.ReferenceDivergence;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.DecoderProgram;
import io.logitstream.model.torchscript.TorchProgram;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each fragment against its definition in float64 and its central differences. */
class DivergenceTest {
  private static final double DIFFERENCE = 1e-6;
  private static final int ROWS = 40;
  private static final int VOCABULARY = 11;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "forward-kl",
        "reverse-kl",
        "jensen-shannon(0.1)",
        "jensen-shannon(0.5)",
        "jensen-shannon(0.9)",
        "skewed-forward-kl(0.1)",
        "skewed-forward-kl(0.75)",
        "skewed-reverse-kl(0.1)",
        "skewed-reverse-kl(0.75)",
        "total-variation"
      })
  void values_and_gradients_are_those_of_the_definition(String label) {
    Divergence divergence = DivergenceNames.parse(label);
    assertThat(divergence.label()).isEqualTo(label);
    Random random = new Random(label.hashCode());
    double[][] teacher = new double[ROWS][];
    double[][] logits = new double[ROWS][];
    for (int row = 0; row < ROWS; row++) {
      // From nearly uniform to nearly certain.
      double sharpness = 0.1 + 0.2 * row;
      teacher[row] = logSoftmax(gaussian(random, sharpness), 1);
      logits[row] = gaussian(random, sharpness);
    }
    float[][] outcome = compute(divergence, teacher, logits);
    for (int row = 0; row < ROWS; row++) {
      assertThat((double) outcome[0][row])
          .isEqualTo(value(divergence, teacher[row], logits[row]), within(2e-5));
      assertThat(outcome[0][row]).isGreaterThan(-1e-6f);
      for (int id = 0; id < VOCABULARY; id++) {
        assertThat((double) outcome[1][row * VOCABULARY + id])
            .as("row %d, id %d", row, id)
            .isEqualTo(difference(divergence, teacher[row], logits[row], id), within(5e-5));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "forward-kl",
        "reverse-kl",
        "jensen-shannon(0.5)",
        "skewed-forward-kl(0.1)",
        "skewed-reverse-kl(0.1)",
        "total-variation"
      })
  void mass_that_underflows_on_both_sides_makes_no_nan(String label) {
    double[][] teacher = new double[1][VOCABULARY];
    double[][] logits = new double[1][VOCABULARY];
    for (int id = 1; id < VOCABULARY; id++) {
      teacher[0][id] = -65504;
      logits[0][id] = -id * 40;
    }
    float[][] outcome = compute(DivergenceNames.parse(label), teacher, logits);
    assertThat(outcome[0][0]).isFinite().isCloseTo(0, within(1e-6f));
    for (float gradient : outcome[1]) {
      assertThat(gradient).isFinite().isCloseTo(0, within(1e-6f));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "backward-kl",
        "reverse-kl(0.5)",
        "jensen-shannon",
        "jensen-shannon(0)",
        "jensen-shannon(1)",
        "skewed-forward-kl(x)",
        "total-variation ",
        ""
      })
  void what_is_no_divergence_is_refused(String label) {
    assertThatIllegalArgumentException().isThrownBy(() -> DivergenceNames.parse(label));
  }

  private static double[] gaussian(Random random, double scale) {
    return random.doubles(VOCABULARY, -3, 3).map(value -> value * scale).toArray();
  }

  private static double value(Divergence divergence, double[] teacher, double[] logits) {
    return ReferenceDivergence.of(divergence, teacher, logSoftmax(logits, 1));
  }

  private static double difference(
      Divergence divergence, double[] teacher, double[] logits, int id) {
    double[] above = logits.clone();
    double[] below = logits.clone();
    above[id] += DIFFERENCE;
    below[id] -= DIFFERENCE;
    return (value(divergence, teacher, above) - value(divergence, teacher, below))
        / (2 * DIFFERENCE);
  }

  private static float[][] compute(Divergence divergence, double[][] teacher, double[][] logits) {
    String other = divergence instanceof Divergence.ReverseKl ? "forward-kl" : "reverse-kl";
    ObjectiveSettings objective =
        new ObjectiveSettings(
            1, 1, SoftMix.parse(other + "," + divergence.label()), Optional.empty());
    int index = objective.divergences().indexOf(divergence);
    ENGINE.enterThread();
    try (NDManager manager = ENGINE.newManager();
        TorchProgram program =
            TorchProgram.compile(
                manager,
                DecoderProgram.source(config(true), ComputeType.F32)
                    + LossProgram.common(config(true))
                    + LossProgram.source(
                        config(true), objective, new HeadChunks(16, false), false))) {
      NDArray tp = matrix(manager, teacher);
      NDArray ls = matrix(manager, logits).logSoftmax(-1);
      NDList outcome = program.infer(manager, "divergence_" + index, tp.exp(), ls.exp(), tp, ls);
      return new float[][] {outcome.get(0).toFloatArray(), outcome.get(1).toFloatArray()};
    }
  }

  private static NDArray matrix(NDManager manager, double[][] rows) {
    float[] values = new float[rows.length * VOCABULARY];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows[i / VOCABULARY][i % VOCABULARY];
    }
    return manager.create(values, new Shape(rows.length, VOCABULARY));
  }
}
