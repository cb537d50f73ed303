package io.logitstream.model.decoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads {@code config.json}, and refuses by name what the decoder would compute otherwise. */
final class ModelConfigReader {
  private static final JsonMapper JSON =
      JsonMapper.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build();

  /** Keys that change nothing of what the decoder computes. */
  private static final Set<String> HARMLESS =
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

  /** Dropout, the head of GPT-2's classifiers, and how it guards against a narrow float16. */
  private static final Set<String> HARMLESS_IN_GPT2 =
      Set.of(
          "n_ctx",
          "resid_pdrop",
          "embd_pdrop",
          "attn_pdrop",
          "summary_type",
          "summary_use_proj",
          "summary_activation",
          "summary_proj_to_labels",
          "summary_first_dropout",
          "reorder_and_upcast_attn",
          "gradient_checkpointing");

  private static final int QWEN3_HEAD_SIZE = 128;
  private static final int MISTRAL_KEY_VALUE_HEADS = 8;
  private static final int DEFAULT_WINDOW = 4096;
  private static final int FIRST_QWEN_WINDOW_LAYER = 28;

  private final ConfigKeys keys;

  private ModelConfigReader(JsonNode config) {
    this.keys = new ConfigKeys("", config);
  }

  static ModelConfig read(byte[] json) {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UnsupportedModelException("config.json is not JSON: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read bytes in memory", e);
    }
    if (!tree.isObject()) {
      throw new UnsupportedModelException("config.json is not a JSON object");
    }
    return new ModelConfigReader(tree).read();
  }

  private ModelConfig read() {
    Family family = family();
    ModelConfig config =
        switch (family) {
          case LLAMA, MISTRAL, QWEN2, QWEN3 -> llama(family);
          case GPT2 -> gpt2();
        };
    Set<String> harmless = new HashSet<>(HARMLESS);
    if (family == Family.GPT2) {
      harmless.addAll(HARMLESS_IN_GPT2);
    }
    keys.refuseOthers(harmless);
    return config;
  }

  private Family family() {
    String modelType = keys.text("model_type", null);
    Family family =
        Arrays.stream(Family.values())
            .filter(candidate -> candidate.modelType().equals(modelType))
            .findFirst()
            .orElseThrow(
                () ->
                    new UnsupportedModelException(
                        "model_type is '%s', supported are %s"
                            .formatted(
                                modelType,
                                Arrays.stream(Family.values())
                                    .map(Family::modelType)
                                    .collect(Collectors.joining(", ")))));
    JsonNode architectures = keys.node("architectures");
    if (architectures.isArray()
        && !architectures.isEmpty()
        && !architectures.path(0).asText().equals(family.architectureName())) {
      throw keys.refused(
          "architectures", architectures, "supported is " + family.architectureName());
    }
    return family;
  }

  private ModelConfig llama(Family family) {
    keys.requireIfPresent("pretraining_tp", "1");
    keys.requireIfPresent("rope_interleaved", "false");
    int hiddenSize = keys.integer("hidden_size");
    int attentionHeads = keys.integer("num_attention_heads");
    int layers = ModelConfig.requireLayers(keys.integer("num_hidden_layers"));
    int maxPositions = keys.integer("max_position_embeddings", maxPositions(family));
    boolean attentionBias =
        switch (family) {
          case LLAMA, QWEN3 -> keys.flag("attention_bias", false);
          case MISTRAL, QWEN2, GPT2 -> {
            keys.requireIfPresent("attention_bias", Boolean.toString(family == Family.QWEN2));
            yield false;
          }
        };
    boolean feedForwardBias = family == Family.LLAMA && keys.flag("mlp_bias", false);
    Architecture.Llama architecture =
        new Architecture.Llama(
            family,
            RopeReader.read(keys, maxPositions),
            Activation.named("hidden_act", keys.text("hidden_act", "silu")),
            attentionBias || family == Family.QWEN2,
            attentionBias,
            feedForwardBias,
            family == Family.QWEN3,
            window(family, layers));
    int keyValueHeads =
        keys.integer(
            "num_key_value_heads",
            family == Family.MISTRAL && !keys.has("num_key_value_heads")
                ? Integer.valueOf(MISTRAL_KEY_VALUE_HEADS)
                : Integer.valueOf(attentionHeads));
    return new ModelConfig(
        keys.integer("vocab_size"),
        hiddenSize,
        keys.integer("intermediate_size"),
        layers,
        attentionHeads,
        keyValueHeads,
        headSize(family, hiddenSize, attentionHeads),
        keys.decimal("rms_norm_eps", 1e-6),
        architecture,
        keys.flag("tie_word_embeddings", false),
        maxPositions,
        keys.tokenId("bos_token_id"),
        keys.tokenId("eos_token_id"));
  }

  private static int maxPositions(Family family) {
    return switch (family) {
      case LLAMA -> 2048;
      case MISTRAL -> 131_072;
      case QWEN2, QWEN3 -> 32_768;
      case GPT2 -> 1024;
    };
  }

  private int headSize(Family family, int hiddenSize, int attentionHeads) {
    if (keys.has("head_dim")) {
      return keys.integer("head_dim");
    }
    if (family == Family.QWEN3) {
      return QWEN3_HEAD_SIZE;
    }
    if (attentionHeads <= 0 || hiddenSize % attentionHeads != 0) {
      throw new UnsupportedModelException(
          "head_dim is absent and hidden_size %d is no multiple of num_attention_heads %d"
              .formatted(hiddenSize, attentionHeads));
    }
    return hiddenSize / attentionHeads;
  }

  private @Nullable SlidingWindow window(Family family, int layers) {
    return switch (family) {
      case LLAMA, GPT2 -> null;
      case MISTRAL -> mistralWindow(layers);
      case QWEN2, QWEN3 -> qwenWindow(layers);
    };
  }

  /** All layers slide; null is none, and to transformers an absent key is 4096. */
  private @Nullable SlidingWindow mistralWindow(int layers) {
    if (keys.isNull("sliding_window")) {
      return null;
    }
    return SlidingWindow.from(0, layers, keys.integer("sliding_window", DEFAULT_WINDOW));
  }

  /**
   * {@code layer_types} says it layer by layer; without it, the layers from {@code
   * max_window_layers} on slide.
   */
  private @Nullable SlidingWindow qwenWindow(int layers) {
    boolean used = keys.flag("use_sliding_window", false);
    int firstLayer = keys.integer("max_window_layers", FIRST_QWEN_WINDOW_LAYER);
    JsonNode types = keys.node("layer_types");
    SortedSet<Integer> sliding = new TreeSet<>();
    if (types.isMissingNode()) {
      for (int layer = firstLayer; used && layer < layers; layer++) {
        sliding.add(layer);
      }
    } else {
      if (!types.isArray() || types.size() != layers) {
        throw keys.refused("layer_types", types, "expected %d names".formatted(layers));
      }
      for (int layer = 0; layer < layers; layer++) {
        switch (types.path(layer).asText()) {
          case "full_attention" -> {}
          case "sliding_attention" -> sliding.add(layer);
          default ->
              throw keys.refused(
                  "layer_types", types, "supported are full_attention and sliding_attention");
        }
      }
    }
    if (sliding.isEmpty()) {
      keys.node("sliding_window");
      return null;
    }
    if (!used || keys.isNull("sliding_window")) {
      throw keys.refused(
          "layer_types", types, "but use_sliding_window is false or sliding_window is null");
    }
    return new SlidingWindow(keys.integer("sliding_window", DEFAULT_WINDOW), sliding);
  }

  private ModelConfig gpt2() {
    keys.requireIfPresent("scale_attn_weights", "true");
    keys.requireIfPresent("scale_attn_by_inverse_layer_idx", "false");
    keys.requireIfPresent("add_cross_attention", "false");
    int hiddenSize = keys.integer("n_embd");
    int heads = keys.integer("n_head");
    if (heads <= 0 || hiddenSize % heads != 0) {
      throw new UnsupportedModelException(
          "n_embd is %d and n_head is %d, expected n_embd to be a multiple of n_head"
              .formatted(hiddenSize, heads));
    }
    return new ModelConfig(
        keys.integer("vocab_size"),
        hiddenSize,
        keys.integer("n_inner", Math.multiplyExact(4, hiddenSize)),
        keys.integer("n_layer"),
        heads,
        heads,
        hiddenSize / heads,
        keys.decimal("layer_norm_epsilon", 1e-5),
        new Architecture.Gpt2(
            Activation.named("activation_function", keys.text("activation_function", "gelu_new"))),
        keys.flag("tie_word_embeddings", true),
        keys.integer("n_positions", maxPositions(Family.GPT2)),
        keys.tokenId("bos_token_id"),
        keys.tokenId("eos_token_id"));
  }
}
