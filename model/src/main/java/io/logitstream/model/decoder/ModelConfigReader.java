package io.logitstream.model.decoder;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json}, and refuses by name what the decoder would compute otherwise. */
final class ModelConfigReader {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Keys that are read below. */
  private static final Set<String> READ =
      Set.of(
          "model_type",
          "architectures",
          "vocab_size",
          "hidden_size",
          "intermediate_size",
          "num_hidden_layers",
          "num_attention_heads",
          "num_key_value_heads",
          "head_dim",
          "rms_norm_eps",
          "rope_theta",
          "rope_parameters",
          "rope_scaling",
          "tie_word_embeddings",
          "max_position_embeddings",
          "bos_token_id",
          "eos_token_id",
          "hidden_act",
          "attention_bias",
          "mlp_bias",
          "pretraining_tp",
          "rope_interleaved");

  /** Keys that change nothing of what the decoder computes. */
  private static final Set<String> IGNORED =
      Set.of(
          "dtype",
          "torch_dtype",
          "transformers_version",
          "use_cache",
          "initializer_range",
          "pad_token_id",
          "unk_token_id",
          "sep_token_id",
          "attention_dropout",
          "output_attentions",
          "output_hidden_states",
          "return_dict",
          "name_or_path",
          "task_specific_params",
          "is_llama_config",
          "transformers.js_config");

  private static final Set<String> ROPE_KEYS = Set.of("rope_type", "type", "rope_theta");

  private final JsonNode config;

  private ModelConfigReader(JsonNode config) {
    this.config = config;
  }

  static ModelConfig read(byte[] json) {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (IOException e) {
      throw new UnsupportedModelException("config.json is not JSON: " + e.getMessage(), e);
    }
    if (!tree.isObject()) {
      throw new UnsupportedModelException("config.json is not a JSON object");
    }
    return new ModelConfigReader(tree).read();
  }

  private ModelConfig read() {
    require("model_type", "llama", null);
    requireLlamaArchitecture();
    refuseUnknownKeys();
    require("hidden_act", "silu", "silu");
    require("attention_bias", "false", "false");
    require("mlp_bias", "false", "false");
    require("pretraining_tp", "1", "1");
    require("rope_interleaved", "false", "false");
    requirePlainRope("rope_scaling");
    requirePlainRope("rope_parameters");
    int hiddenSize = integer("hidden_size", null);
    int attentionHeads = integer("num_attention_heads", null);
    return new ModelConfig(
        integer("vocab_size", null),
        hiddenSize,
        integer("intermediate_size", null),
        integer("num_hidden_layers", null),
        attentionHeads,
        integer("num_key_value_heads", attentionHeads),
        headSize(hiddenSize, attentionHeads),
        decimal(config, "rms_norm_eps", 1e-6),
        ropeTheta(),
        flag("tie_word_embeddings"),
        integer("max_position_embeddings", 2048),
        tokenId("bos_token_id"),
        tokenId("eos_token_id"));
  }

  private void requireLlamaArchitecture() {
    JsonNode architectures = config.path("architectures");
    if (architectures.isArray() && !architectures.isEmpty()) {
      String first = architectures.path(0).asText();
      if (!first.equals("LlamaForCausalLM")) {
        throw new UnsupportedModelException(
            "architectures is %s, supported is LlamaForCausalLM".formatted(architectures));
      }
    }
  }

  private void refuseUnknownKeys() {
    for (Iterator<Map.Entry<String, JsonNode>> keys = config.properties().iterator();
        keys.hasNext(); ) {
      Map.Entry<String, JsonNode> entry = keys.next();
      String key = entry.getKey();
      boolean known = READ.contains(key) || IGNORED.contains(key) || key.startsWith("_");
      if (!known && !entry.getValue().isNull()) {
        throw new UnsupportedModelException(
            "config.json has %s = %s, which this decoder does not know; remove it if the model does not depend on it"
                .formatted(key, entry.getValue()));
      }
    }
  }

  /** Refuses every value but one. A null default means that the key must be there. */
  private void require(String key, String supported, @Nullable String defaultValue) {
    JsonNode node = config.path(key);
    boolean absent = node.isMissingNode() || node.isNull();
    if (absent && defaultValue == null) {
      throw new UnsupportedModelException("config.json has no " + key);
    }
    String value = absent ? supported : node.asText();
    if (!value.equals(supported)) {
      throw new UnsupportedModelException(
          "%s is %s, supported is %s".formatted(key, node, supported));
    }
  }

  private void requirePlainRope(String key) {
    JsonNode rope = config.path(key);
    if (rope.isMissingNode() || rope.isNull()) {
      return;
    }
    if (!rope.isObject()) {
      throw new UnsupportedModelException("%s is %s, expected an object".formatted(key, rope));
    }
    for (String typeKey : new String[] {"rope_type", "type"}) {
      String type = rope.path(typeKey).asText("default");
      if (!type.equals("default")) {
        throw new UnsupportedModelException(
            "%s.%s is '%s', supported is 'default'".formatted(key, typeKey, type));
      }
    }
    rope.fieldNames()
        .forEachRemaining(
            name -> {
              JsonNode value = rope.path(name);
              boolean wholeHead = name.equals("partial_rotary_factor") && value.asDouble(0) == 1.0;
              if (!ROPE_KEYS.contains(name) && !value.isNull() && !wholeHead) {
                throw new UnsupportedModelException(
                    "%s.%s is %s, which this decoder does not know".formatted(key, name, value));
              }
            });
  }

  private int headSize(int hiddenSize, int attentionHeads) {
    JsonNode given = config.path("head_dim");
    if (!given.isMissingNode() && !given.isNull()) {
      return integer("head_dim", null);
    }
    if (attentionHeads <= 0 || hiddenSize % attentionHeads != 0) {
      throw new UnsupportedModelException(
          "head_dim is absent and hidden_size %d is no multiple of num_attention_heads %d"
              .formatted(hiddenSize, attentionHeads));
    }
    return hiddenSize / attentionHeads;
  }

  /** Transformers 5 keeps the base in {@code rope_parameters}, 4 at the top. */
  private double ropeTheta() {
    double top = decimal(config, "rope_theta", 10_000);
    return decimal(config.path("rope_parameters"), "rope_theta", top);
  }

  private int integer(String key, @Nullable Integer defaultValue) {
    JsonNode node = config.path(key);
    if (node.isMissingNode() || node.isNull()) {
      if (defaultValue == null) {
        throw new UnsupportedModelException("config.json has no " + key);
      }
      return defaultValue;
    }
    if (!node.canConvertToInt() || !node.isIntegralNumber()) {
      throw new UnsupportedModelException("%s is %s, expected a whole number".formatted(key, node));
    }
    return node.intValue();
  }

  private static double decimal(JsonNode object, String key, double defaultValue) {
    JsonNode node = object.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return defaultValue;
    }
    if (!node.isNumber()) {
      throw new UnsupportedModelException("%s is %s, expected a number".formatted(key, node));
    }
    return node.doubleValue();
  }

  private boolean flag(String key) {
    JsonNode node = config.path(key);
    if (node.isMissingNode() || node.isNull()) {
      return false;
    }
    if (!node.isBoolean()) {
      throw new UnsupportedModelException("%s is %s, expected true or false".formatted(key, node));
    }
    return node.booleanValue();
  }

  private @Nullable Integer tokenId(String key) {
    JsonNode node = config.path(key);
    if (node.isArray() && node.size() > 1) {
      throw new UnsupportedModelException("%s is %s, supported is one id".formatted(key, node));
    }
    JsonNode single = node.isArray() ? node.path(0) : node;
    if (single.isMissingNode() || single.isNull()) {
      return null;
    }
    if (!single.isIntegralNumber() || !single.canConvertToInt()) {
      throw new UnsupportedModelException("%s is %s, expected a token id".formatted(key, node));
    }
    return single.intValue();
  }
}
