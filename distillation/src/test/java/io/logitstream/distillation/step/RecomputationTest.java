package io.logitstream.distillation.step;

import static io.logitstream.distillation.Fixtures.ENGINE;
import static io.logitstream.distillation.Fixtures.labels;
import static io.logitstream.distillation.Fixtures.range;
import static io.logitstream.distillation.Fixtures.tokens;
import static io.logitstream.distillation.Fixtures.weights;
import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.model.decoder.ComputeType;
import io.logitstream.model.decoder.ModelConfig;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers that are computed again give the gradients of layers that are kept. */
class RecomputationTest {
  private static final String SIZES =
      """
      "vocab_size": 23, "hidden_size": 8, "intermediate_size": 12, "num_hidden_layers": 3,
      "num_attention_heads": 2, "num_key_value_heads": 1, "max_position_embeddings": 64,
      "rms_norm_eps": 1e-5, "hidden_act": "silu",
      """;

  static Stream<Arguments> models() {
    return Stream.of(
        Arguments.of(
            "Llama, untied",
            "{\"model_type\": \"llama\", %s \"tie_word_embeddings\": false}".formatted(SIZES)),
        Arguments.of(
            "Mistral with a window",
            "{\"model_type\": \"mistral\", %s \"sliding_window\": 4, \"tie_word_embeddings\": true}"
                .formatted(SIZES)),
        Arguments.of(
            "GPT-2",
            """
            {"model_type": "gpt2", "vocab_size": 23, "n_embd": 8, "n_layer": 3, "n_head": 2,
             "n_positions": 64, "activation_function": "gelu_new", "layer_norm_epsilon": 1e-5}
            """));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("models")
  void gradients_are_those_of_layers_that_are_kept(String name, String json) {
    ModelConfig config = ModelConfig.parse(json.getBytes(StandardCharsets.UTF_8));
    Random random = new Random(6);
    List<TrainingExample> examples =
        List.of(
            labels(tokens(random, 12), 1, range(0, 11)),
            labels(tokens(random, 9), 2, range(2, 5), range(6, 8)));
    for (ComputeType type : ComputeType.values()) {
      Gradients.Result kept = gradients(config, type, examples, false);
      Gradients.Result recomputed = gradients(config, type, examples, true);
      assertThat(recomputed.step().total()).isEqualTo(kept.step().total());
      for (int tensor = 0; tensor < kept.gradients().length; tensor++) {
        assertThat(
                Gradients.relativeDistance(
                    recomputed.gradients()[tensor], kept.gradients()[tensor]))
            .isLessThan(type == ComputeType.F32 ? 1e-5 : 0.02);
      }
    }
  }

  private static Gradients.Result gradients(
      ModelConfig config, ComputeType type, List<TrainingExample> examples, boolean recomputed) {
    return Gradients.of(
        ENGINE,
        config,
        type,
        weights(config, 4),
        ObjectiveSettings.hardLabels(),
        examples,
        100,
        new HeadChunks(5, false),
        recomputed);
  }
}
