package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * config.json, as transformers 4 and 5 write it. What would change the computation and is not
 * supported is refused by the key's name and value.
 */
public final class ModelConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ModelConfigJson() {}

  /**
   * Reads config.json.
   *
   * @throws UnsupportedModelException if it is not JSON, lacks a key, or asks for what this build
   *     cannot compute
   */
  public static ModelConfig parse(byte[] json) {
    return ModelConfigReader.read(json);
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
    // To transformers an absent id would mean 1 and 2: none is written as null.
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
}
