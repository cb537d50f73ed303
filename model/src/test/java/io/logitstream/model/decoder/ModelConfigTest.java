package io.logitstream.model.decoder;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelConfigTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String TRANSFORMERS_4 =
      """
      {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
       "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 64,
       "initializer_range": 0.02, "intermediate_size": 172, "max_position_embeddings": 512,
       "mlp_bias": false, "model_type": "llama", "num_attention_heads": 8, "num_hidden_layers": 3,
       "num_key_value_heads": 4, "pretraining_tp": 1, "rms_norm_eps": 1e-05, "rope_scaling": null,
       "rope_theta": 50000.0, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
       "transformers_version": "4.44.0", "use_cache": true, "vocab_size": 300}
      """;

  private static final String TRANSFORMERS_5 =
      """
      {"architectures": ["LlamaForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
       "bos_token_id": 1, "dtype": "bfloat16", "eos_token_id": 2, "head_dim": 8,
       "hidden_act": "silu", "hidden_size": 64, "initializer_range": 0.02,
       "intermediate_size": 172, "max_position_embeddings": 512, "mlp_bias": false,
       "model_type": "llama", "num_attention_heads": 8, "num_hidden_layers": 3,
       "num_key_value_heads": 4, "pad_token_id": null, "pretraining_tp": 1, "rms_norm_eps": 1e-05,
       "rope_parameters": {"rope_theta": 50000.0, "rope_type": "default"},
       "tie_word_embeddings": true, "transformers_version": "5.1.0", "use_cache": true,
       "vocab_size": 300}
      """;

  private static final ModelConfig EXPECTED =
      new ModelConfig(300, 64, 172, 3, 8, 4, 8, 1e-5, 50_000, true, 512, 1, 2);

  @ParameterizedTest
  @ValueSource(strings = {TRANSFORMERS_4, TRANSFORMERS_5})
  void readsWhatBothVersionsOfTransformersWrite(String json) {
    assertThat(parse(json)).isEqualTo(EXPECTED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsWhatItWrites(boolean tied) {
    ModelConfig config =
        new ModelConfig(300, 64, 172, 3, 8, 2, 16, 1e-6, 10_000, tied, 512, null, 2);
    assertThat(ModelConfig.parse(config.toJson(ComputeType.BF16))).isEqualTo(config);
  }

  @Test
  void writesTheKeysOfBothVersions() throws IOException {
    JsonNode json = JSON.readTree(EXPECTED.toJson(ComputeType.BF16));
    assertThat(json.path("torch_dtype").asText()).isEqualTo("bfloat16");
    assertThat(json.path("dtype").asText()).isEqualTo("bfloat16");
    assertThat(json.path("rope_theta").asDouble()).isEqualTo(50_000);
    assertThat(json.path("rope_parameters").path("rope_theta").asDouble()).isEqualTo(50_000);
    assertThat(json.path("rope_parameters").path("rope_type").asText()).isEqualTo("default");
    assertThat(json.path("architectures").path(0).asText()).isEqualTo("LlamaForCausalLM");
  }

  @Test
  void aHeadMayBeWiderThanTheHiddenSizeSays() {
    assertThat(parse(with("head_dim", "32")).headSize()).isEqualTo(32);
  }

  @Test
  void aMissingHeadSizeAndMissingKeyValueHeadsAreDerived() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(TRANSFORMERS_4);
    json.remove("num_key_value_heads");
    ModelConfig config = parse(json.toString());
    assertThat(config.headSize()).isEqualTo(8);
    assertThat(config.keyValueHeads()).isEqualTo(8);
  }

  @Test
  void countsEveryParameterOnce() {
    long layer = 2 * 64 + 2 * 64 * 64 + 2 * 32 * 64 + 3 * 172 * 64;
    assertThat(EXPECTED.parameters()).isEqualTo(300 * 64 + 3 * layer + 64);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '^',
      value = {
        "model_type | \"phi3\"",
        "architectures | [\"LlamaForSequenceClassification\"]",
        "hidden_act | \"mish\"",
        "attention_bias | \"yes\"",
        "pretraining_tp | 2",
        "rope_scaling | {\"rope_type\": \"llama3\", \"factor\": 8.0}",
        "rope_scaling | {\"type\": \"linear\", \"factor\": 0.0}",
        "rope_scaling | {\"rope_type\": \"linear\", \"factor\": 2.0, \"beta_fast\": 1.0}",
        "rope_scaling | {\"rope_type\": \"dynamic\", \"factor\": 2.0}",
        "rope_scaling | {\"type\": \"longrope\", \"short_factor\": [1.0]}",
        "rope_parameters | {\"rope_type\": \"yarn\", \"rope_theta\": 10000.0}",
        "rope_parameters | {\"rope_type\": \"default\", \"rope_theta\": 10000.0,"
            + " \"partial_rotary_factor\": 0.5}",
        "quantization_config | {\"quant_method\": \"gptq\"}",
        "sliding_window | 4096",
        "logit_scale | 0.5",
        "eos_token_id | [2, 3]",
        "hidden_size | 63",
        "hidden_size | 0",
        "hidden_size | \"64\"",
        "hidden_size | 64.5",
        "hidden_size | null",
        "vocab_size | 3000000000",
        "vocab_size | 2147483647",
        "num_hidden_layers | 2147483647",
        "intermediate_size | 2147483647",
        "head_dim | 2147483646",
        "num_key_value_heads | 3",
        "head_dim | 7",
        "rms_norm_eps | \"small\"",
        "rms_norm_eps | 0.0",
        "rope_theta | -1",
        "tie_word_embeddings | \"yes\"",
        "bos_token_id | 300",
        "max_position_embeddings | 0"
      })
  void whatItCannotComputeIsRefusedByName(String key, String value) {
    assertThatExceptionOfType(UnsupportedModelException.class)
        .isThrownBy(() -> parse(with(key, value)))
        .withMessageContaining(key);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "7", "{", "{\"vocab_size\": 1, \"vocab_size\": 2}"})
  void whatIsNotAJsonObjectIsRefused(String json) {
    assertThatExceptionOfType(UnsupportedModelException.class).isThrownBy(() -> parse(json));
  }

  private static ModelConfig parse(String json) {
    return ModelConfig.parse(json.getBytes(StandardCharsets.UTF_8));
  }

  private static String with(String key, String value) {
    try {
      ObjectNode json = (ObjectNode) JSON.readTree(TRANSFORMERS_4);
      json.set(key, JSON.readTree(value));
      return json.toString();
    } catch (IOException e) {
      throw new IllegalArgumentException(value, e);
    }
  }
}
