package io.logitstream.model.decoder;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

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
    Family family = config.architecture().family();
    root.putArray("architectures").add(family.architectureName());
    root.put("model_type", family.modelType());
    root.put("vocab_size", config.vocabularySize());
    if (config.architecture() instanceof Architecture.Llama llama) {
      putLlama(root, config, llama);
    } else {
      putGpt2(root, config, (Architecture.Gpt2) config.architecture());
    }
    root.put("tie_word_embeddings", config.tiedEmbeddings());
    // To transformers an absent id would mean the family's own: none is written as null.
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

  private static void putLlama(ObjectNode root, ModelConfig config, Architecture.Llama llama) {
    root.put("hidden_size", config.hiddenSize());
    root.put("intermediate_size", config.intermediateSize());
    root.put("num_hidden_layers", config.layers());
    root.put("num_attention_heads", config.attentionHeads());
    root.put("num_key_value_heads", config.keyValueHeads());
    root.put("head_dim", config.headSize());
    root.put("hidden_act", llama.activation().label());
    root.put("attention_dropout", 0.0);
    root.put("max_position_embeddings", config.maxPositions());
    root.put("rms_norm_eps", config.normEpsilon());
    putRope(root, llama.rope());
    @Nullable SlidingWindow window = llama.window();
    switch (llama.family()) {
      case LLAMA -> {
        root.put("attention_bias", llama.outputBias());
        root.put("mlp_bias", llama.feedForwardBias());
      }
      case MISTRAL -> root.put("sliding_window", window == null ? null : window.tokens());
      case QWEN2 -> putWindow(root, config.layers(), window);
      case QWEN3 -> {
        root.put("attention_bias", llama.outputBias());
        putWindow(root, config.layers(), window);
      }
      case GPT2 -> throw new IllegalArgumentException("GPT-2 has no Llama layers");
    }
  }

  private static void putWindow(ObjectNode root, int layers, @Nullable SlidingWindow window) {
    root.put("use_sliding_window", window != null);
    root.put("sliding_window", window == null ? null : window.tokens());
    root.put("max_window_layers", window == null ? layers : window.layers().first());
    ArrayNode types = root.putArray("layer_types");
    for (int layer = 0; layer < layers; layer++) {
      boolean slides = window != null && window.layers().contains(layer);
      types.add(slides ? "sliding_attention" : "full_attention");
    }
  }

  /** Transformers 4 reads the first two keys, 5 the last. */
  private static void putRope(ObjectNode root, Rope rope) {
    root.put("rope_theta", rope.theta());
    if (rope.scaling() instanceof RopeScaling.None) {
      root.putNull("rope_scaling");
    } else {
      putScaling(root.putObject("rope_scaling"), rope.scaling());
    }
    ObjectNode parameters = root.putObject("rope_parameters");
    putScaling(parameters, rope.scaling());
    parameters.put("rope_theta", rope.theta());
  }

  private static void putScaling(ObjectNode into, RopeScaling scaling) {
    into.put("rope_type", scaling.type());
    if (scaling instanceof RopeScaling.Linear linear) {
      into.put("factor", linear.factor());
    } else if (scaling instanceof RopeScaling.Llama3 llama3) {
      into.put("factor", llama3.factor());
      into.put("low_freq_factor", llama3.lowFrequencyFactor());
      into.put("high_freq_factor", llama3.highFrequencyFactor());
      into.put("original_max_position_embeddings", llama3.originalPositions());
    } else if (scaling instanceof RopeScaling.Yarn yarn) {
      into.put("factor", yarn.factor());
      into.put("original_max_position_embeddings", yarn.originalPositions());
      into.put("beta_fast", yarn.betaFast());
      into.put("beta_slow", yarn.betaSlow());
      into.put("truncate", yarn.truncate());
      into.put("attention_factor", yarn.amplitude());
    }
  }

  private static void putGpt2(ObjectNode root, ModelConfig config, Architecture.Gpt2 gpt2) {
    root.put("n_embd", config.hiddenSize());
    root.put("n_inner", config.intermediateSize());
    root.put("n_layer", config.layers());
    root.put("n_head", config.attentionHeads());
    root.put("n_positions", config.maxPositions());
    root.put("activation_function", gpt2.activation().label());
    root.put("layer_norm_epsilon", config.normEpsilon());
    for (String dropout : new String[] {"resid_pdrop", "embd_pdrop", "attn_pdrop"}) {
      root.put(dropout, 0.0);
    }
  }
}
