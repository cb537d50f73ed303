package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdapterConfigJsonTest {
  private static final ModelConfig LLAMA =
      new ModelConfig(80, 24, 32, 2, 4, 2, 6, 1e-6, 10_000, false, 64, 0, 1);

  private static byte[] json(String more) {
    return """
        {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["v_proj", "q_proj"], "bias": "none"%s}
        """
        .formatted(more.isEmpty() ? "" : ", " + more)
        .getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void what_is_missing_is_as_peft_has_it_by_default() {
    assertThat(AdapterConfigJson.parse(json("")))
        .isEqualTo(new LowRank(4, 8, List.of("q_proj", "v_proj"), false));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'\"use_dora\": true' | use_dora is true",
        "'\"modules_to_save\": [\"lm_head\"]' | modules_to_save is [\"lm_head\"]",
        "'\"rank_pattern\": {\"q_proj\": 8}' | rank_pattern is {\"q_proj\":8}",
        "'\"layers_to_transform\": [0]' | layers_to_transform is [0]",
        "'\"bias\": \"all\"' | bias is \"all\", supported is none",
        "'\"peft_type\": \"IA3\"' | peft_type is \"IA3\", supported is LORA",
        "'\"init_lora_weights\": \"pissa\"' | init_lora_weights is \"pissa\"",
        "'\"target_modules\": \".*proj\"' | target_modules is \".*proj\"",
        "'\"target_modules\": []' | have no targets",
        "'\"r\": 0' | rank is 0",
        "'\"lora_alpha\": -1' | alpha is -1",
        "'\"new_way\": 3' | adapter_config.json has new_way = 3",
      })
  void what_would_compute_otherwise_is_refused_by_name_and_value(String more, String message) {
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> AdapterConfigJson.parse(json(more)))
        .withMessageContaining(message);
  }

  @Test
  void what_is_no_object_or_lacks_a_key_is_refused() {
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> AdapterConfigJson.parse("{".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("adapter_config.json is not JSON");
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> AdapterConfigJson.parse("[]".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("not a JSON object");
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> AdapterConfigJson.parse("{}".getBytes(StandardCharsets.UTF_8)))
        .withMessageContaining("adapter_config.json has no peft_type");
  }

  @Test
  void what_is_written_is_read_again() {
    LowRank adapter = new LowRank(3, 2.5, List.of("o_proj"), true);
    byte[] json = AdapterConfigJson.write(LLAMA.with(adapter), Optional.of("there"));
    assertThat(AdapterConfigJson.parse(json)).isEqualTo(adapter);
    assertThat(new String(json, StandardCharsets.UTF_8))
        .contains("\"base_model_name_or_path\" : \"there\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> AdapterConfigJson.write(LLAMA, Optional.empty()));
  }

  @Test
  void targets_are_names_of_matrices_of_every_layer() {
    assertThat(
            WeightLayout.of(LLAMA.with(new LowRank(2, 1, List.of("mlp.up_proj"), false))).slots())
        .filteredOn(slot -> slot.role().isAdapter())
        .extracting(WeightLayout.Slot::name)
        .containsExactly(
            "model.layers.0.mlp.up_proj.lora_A.weight",
            "model.layers.0.mlp.up_proj.lora_B.weight",
            "model.layers.1.mlp.up_proj.lora_A.weight",
            "model.layers.1.mlp.up_proj.lora_B.weight");
    for (String target : List.of("lm_head", "proj", "layers.0.self_attn.q_proj")) {
      assertThatExceptionOfType(UnsupportedModelException.class)
          .isThrownBy(() -> LLAMA.with(new LowRank(2, 1, List.of("q_proj", target), false)))
          .withMessageContaining("'%s'".formatted(target))
          .withMessageContaining("self_attn.q_proj");
    }
  }

  @Test
  void the_scaling_is_by_the_rank_or_by_its_root() {
    assertThat(new LowRank(16, 32, List.of("q_proj"), false).scaling()).isEqualTo(2);
    assertThat(new LowRank(16, 32, List.of("q_proj"), true).scaling()).isEqualTo(8);
  }

  @Test
  void new_adapters_are_drawn_as_peft_draws_them_and_leave_the_model_as_it_is() {
    ModelConfig adapted = LLAMA.with(new LowRank(16, 1, List.of("q_proj"), false));
    Weights weights = AdaptedWeights.initialise(adapted, Weights.initialise(LLAMA, 5), 7);
    assertThat(AdaptedWeights.base(adapted, weights).sha256())
        .isEqualTo(Weights.initialise(LLAMA, 5).sha256());
    assertThat(AdaptedWeights.merge(adapted, weights).sha256())
        .isEqualTo(Weights.initialise(LLAMA, 5).sha256());
    float bound = (float) (1 / Math.sqrt(24));
    for (WeightTensor tensor : AdaptedWeights.adapters(weights)) {
      if (tensor.slot().role() == WeightLayout.Role.ADAPTER_B) {
        assertThat(tensor.values()).containsOnly(0f);
        continue;
      }
      double squares = 0;
      for (float value : tensor.values()) {
        assertThat(value).isBetween(-bound, bound);
        squares += value * value;
      }
      // Of a uniform distribution the variance is a third of the bound's square.
      assertThat(Math.sqrt(squares / tensor.values().length))
          .isBetween(0.9 * bound / Math.sqrt(3), 1.1 * bound / Math.sqrt(3));
    }
  }
}
