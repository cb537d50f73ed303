package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.step.GoldenRun.integers;
import static io.logitstream.distillation.step.GoldenRun.number;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SparseLogits;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.WeightTensor;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Twenty steps in float64, written by {@code tools/make_golden.py}, {@code
 * tools/make_golden_families.py} and {@code tools/make_golden_lora.py} with PyTorch and PEFT.
 */
class GoldenTrainingTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 1000})
  void losses_gradients_and_weights_follow_a_float64_reference(int microBatchTokens)
      throws Exception {
    follows("training", microBatchTokens, false);
  }

  @ParameterizedTest
  @ValueSource(strings = {"training-mistral", "training-qwen2", "training-qwen3", "training-gpt2"})
  void other_families_follow_theirs(String name) throws Exception {
    follows(name, 1000, false);
  }

  @ParameterizedTest
  @CsvSource({"training-lora, false", "training-lora, true", "training-lora-gpt2, false"})
  void adapters_follow_those_that_peft_makes(String name, boolean recomputed) throws Exception {
    follows(name, 20, recomputed);
  }

  private static void follows(String name, int microBatchTokens, boolean recomputed)
      throws Exception {
    GoldenRun run = GoldenRun.read(name);
    JsonNode golden = run.json();
    List<TrainingExample> examples =
        StreamSupport.stream(golden.get("examples").spliterator(), false)
            .map(example -> example(example, run.config().vocabularySize()))
            .toList();

    try (TrainingState state = TrainingState.initial(ENGINE, run.config(), run.weights());
        DistillationStep step =
            new DistillationStep(
                ENGINE,
                run.config(),
                ComputeType.F32,
                new ObjectiveSettings(run.softWeight()),
                run.optimizer(
                    LearningRateSchedule.constant(
                        number(golden.get("settings"), "learningRate"),
                        golden.get("settings").get("warmupSteps").asLong())),
                new MicroBatching(MicroBatchPlan.FILLED, microBatchTokens),
                recomputed)) {
      for (JsonNode expected : golden.get("steps")) {
        StepResult result = step.run(state, examples);
        assertThat(result.total().meanObjective())
            .isCloseTo(number(expected, "objective"), within(2e-4));
        assertThat(result.total().meanCrossEntropy())
            .isCloseTo(number(expected, "crossEntropy"), within(2e-4));
        assertThat(result.total().meanForwardKl().orElseThrow())
            .isCloseTo(number(expected, "forwardKl"), within(2e-4));
        assertThat(result.gradientNorm()).isCloseTo(number(expected, "gradientNorm"), within(2e-3));
        assertThat(result.learningRate())
            .isCloseTo(number(expected, "learningRate"), within(1e-12));
      }
      JsonNode norms = golden.get("finalWeightNorms");
      for (WeightTensor tensor : state.weights().tensors()) {
        if (!norms.has(tensor.slot().name())) {
          continue;
        }
        assertThat(norm(tensor.values()))
            .as(tensor.slot().name())
            .isCloseTo(number(norms, tensor.slot().name()), within(2e-3));
      }
    }
  }

  private static TrainingExample example(JsonNode example, int vocabulary) {
    int[] tokens = integers(example.get("tokens"));
    List<PositionRange> trained = new ArrayList<>();
    for (JsonNode range : example.get("trained")) {
      trained.add(new PositionRange(range.get(0).asInt(), range.get(1).asInt()));
    }
    JsonNode bits = example.get("teacherLogitsBinary16");
    return new TrainingExample(
        tokens,
        trained,
        number(example, "weight"),
        "domain",
        bits.isNull() ? new Labels(tokens) : full(tokens, vocabulary, integers(bits)),
        1,
        List.of());
  }

  private static SparseLogits full(int[] tokens, int vocabulary, int[] bits) {
    short[] fp16 = new short[bits.length];
    for (int i = 0; i < bits.length; i++) {
      fp16[i] = (short) bits[i];
    }
    return new FullLogits(tokens, vocabulary, bits.length / vocabulary, fp16);
  }

  private static double norm(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += (double) value * value;
    }
    return Math.sqrt(sum);
  }
}
