package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * config.json, as transformers 4 and 5 write it. What would change the computation and is not
 * supported is refused by the key's name and value.
 */
public final class ModelConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double DEFAULT_ROPE_THETA = 10_000;
  private static final double DEFAULT_EPSILON = 1e-6;

  /** Keys that change the computation, and the only values that this build computes. */
  private static final Map<String, Set<String>> SUPPORTED =
      Map.of(
          "model_type", Set.of("llama"),
          "hidden_act", Set.of("silu", "swish"),
          "attention_bias", Set.of("false"),
          "mlp_bias", Set.of("false"),
          "rope_scaling", Set.of("null"),
          "quantization_config", Set.of("null"),
          "sliding_window", Set.of("null"),
          "partial_rotary_factor", Set.of("1", "1.0", "null"));

  private ModelConfigJson() {}

  /**
   * Reads config.json.
   *
   * @throws UnsupportedModelException if it is not JSON, lacks a key, or asks for what this build
   *     cannot compute
   */
  public static ModelConfig parse(byte[] json) {
    JsonNode root;
    try {
      root = JSON.readTree(json);
    } catch (IOException e) {
      throw new UnsupportedModelException("config.json is not JSON: " + e.getMessage(), e);
    }
    requireSupported(root);
    int hidden = requiredInt(root, "hidden_size");
    int heads = requiredInt(root, "num_attention_heads");
    return new ModelConfig(
        requiredInt(root, "vocab_size"),
        hidden,
        requiredInt(root, "intermediate_size"),
        requiredInt(root, "num_hidden_layers"),
        heads,
        root.hasNonNull("num_key_value_heads") ? requiredInt(root, "num_key_value_heads") : heads,
        root.hasNonNull("head_dim") ? requiredInt(root, "head_dim") : headSize(hidden, heads),
        root.path("rms_norm_eps").asDouble(DEFAULT_EPSILON),
        ropeTheta(root),
        root.path("tie_word_embeddings").asBoolean(false),
        root.path("max_position_embeddings").asInt(2048),
        tokenId(root, "bos_token_id"),
        tokenId(root, "eos_token_id"));
  }

  /** Writes config.json with the keys that both versions read. */
  public static byte[] write(ModelConfig config, String storedType) {
    ObjectNode root = JSON.createObjectNode();
    root.putArray("architectures").add("LlamaForCausalLM");
    root.put("model_type", "llama");
    root.put("vocab_size", config.vocabularySize());
    root.put("hidden_size", config.hiddenSize());
    root.put("intermediate_size", config.intermediateSize());
    root.put("num_hidden_layers", config.layers());
    root.put("num_attention_heads", config.attentionHeads());
    root.put("num_key_value_heads", config.keyValueHeads());
    root.put("head_dim", config.headSize());
    root.put("hidden_act", "silu");
    root.put("attention_bias", false);
    root.put("attention_dropout", 0.0);
    root.put("mlp_bias", false);
    root.put("max_position_embeddings", config.maxPositions());
    root.put("rms_norm_eps", config.normEpsilon());
    root.put("rope_theta", config.ropeTheta());
    root.putObject("rope_parameters")
        .put("rope_type", "default")
        .put("rope_theta", config.ropeTheta());
    root.put("tie_word_embeddings", config.tiedEmbeddings());
    root.put("bos_token_id", config.bosTokenId());
    root.put("eos_token_id", config.eosTokenId());
    root.put("dtype", storedType);
    root.put("torch_dtype", storedType);
    root.put("use_cache", true);
    root.put("initializer_range", 0.02);
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException("writing config.json to memory", e);
    }
  }

  private static void requireSupported(JsonNode root) {
    SUPPORTED.forEach(
        (key, values) -> {
          JsonNode node = root.get(key);
          if (node != null
              && !values.contains(node.isTextual() ? node.asText() : node.toString())) {
            throw new UnsupportedModelException(
                "config.json: %s is %s, expected %s"
                    .formatted(key, node, String.join(" or ", values)));
          }
        });
    JsonNode ropeType = root.path("rope_parameters").path("rope_type");
    if (!ropeType.isMissingNode() && !ropeType.asText().equals("default")) {
      throw new UnsupportedModelException(
          "config.json: rope_parameters.rope_type is %s, expected \"default\"".formatted(ropeType));
    }
  }

  private static double ropeTheta(JsonNode root) {
    JsonNode nested = root.path("rope_parameters").path("rope_theta");
    return nested.isNumber()
        ? nested.asDouble()
        : root.path("rope_theta").asDouble(DEFAULT_ROPE_THETA);
  }

  private static int headSize(int hidden, int heads) {
    if (heads < 1 || hidden % heads != 0) {
      throw new UnsupportedModelException(
          "config.json: hidden_size %d is not a multiple of num_attention_heads %d, and there is no head_dim"
              .formatted(hidden, heads));
    }
    return hidden / heads;
  }

  private static int requiredInt(JsonNode root, String key) {
    JsonNode node = root.get(key);
    if (node == null || !node.canConvertToInt() || !node.isIntegralNumber()) {
      throw new UnsupportedModelException(
          "config.json: %s is %s, expected a whole number".formatted(key, node));
    }
    return node.asInt();
  }

  /** A token id; the first of a list (several end-of-text tokens). */
  private static @Nullable Integer tokenId(JsonNode root, String key) {
    JsonNode node = root.path(key);
    JsonNode id = node.isArray() ? node.path(0) : node;
    return id.isIntegralNumber() ? Integer.valueOf(id.asInt()) : null;
  }
}
