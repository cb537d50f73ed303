package io.logitstream.model.decoder;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * adapter_config.json as PEFT reads and writes it, for adapters of the kind of {@link LowRank}.
 * What would change the computation in another way is refused by the key's name and its value.
 */
public final class AdapterConfigJson {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String FILE = "adapter_config.json";

  /**
   * Keys that change nothing that is computed: where the model came from, how training began and
   * went (dropout is for training alone), and the orientation of the model's own matrices, which
   * PEFT finds out by itself.
   */
  private static final Set<String> HARMLESS =
      Set.of(
          "auto_mapping",
          "base_model_name_or_path",
          "fan_in_fan_out",
          "inference_mode",
          "lora_dropout",
          "megatron_core",
          "peft_version",
          "qalora_group_size",
          "revision",
          "task_type");

  /** Keys that ask for more than a low-rank product beside each target. */
  private static final List<String> NOT_SUPPORTED =
      List.of(
          "use_dora",
          "use_qalora",
          "lora_bias",
          "modules_to_save",
          "rank_pattern",
          "alpha_pattern",
          "exclude_modules",
          "layers_to_transform",
          "layers_pattern",
          "layer_replication",
          "target_parameters",
          "trainable_token_indices",
          "loftq_config");

  private AdapterConfigJson() {}

  /**
   * Reads the file.
   *
   * @throws UnsupportedModelException if it is damaged, or asks for what this build cannot compute
   */
  public static LowRank parse(byte[] json) {
    ConfigKeys keys = new ConfigKeys(FILE, "", tree(json));
    keys.requireIfPresent("peft_type", "LORA");
    keys.text("peft_type", null);
    keys.requireIfPresent("bias", "none");
    NOT_SUPPORTED.forEach(keys::requireNothing);
    requirePlainStart(keys);
    int rank = keys.integer("r");
    double alpha = keys.decimal("lora_alpha");
    boolean rankStabilised = keys.flag("use_rslora", false);
    List<String> targets = targets(keys);
    keys.refuseOthersThatAsk(HARMLESS);
    try {
      return new LowRank(rank, alpha, targets, rankStabilised);
    } catch (IllegalArgumentException e) {
      throw new UnsupportedModelException(FILE + ": " + e.getMessage(), e);
    }
  }

  /** Whether a file asks for dropout, which is for training alone. */
  public static boolean asksForDropout(byte[] json) {
    return tree(json).path("lora_dropout").asDouble() != 0;
  }

  private static JsonNode tree(byte[] json) {
    JsonNode tree;
    try {
      tree = JSON.readTree(json);
    } catch (JsonProcessingException e) {
      throw new UnsupportedModelException(
          "%s is not JSON: %s".formatted(FILE, e.getOriginalMessage()), e);
    } catch (IOException e) {
      throw new UncheckedIOException("could not read bytes in memory", e);
    }
    if (!tree.isObject()) {
      throw new UnsupportedModelException(FILE + " is not a JSON object");
    }
    return tree;
  }

  /** Some ways to begin (pissa, olora, loftq …) change the model's own weights. */
  private static void requirePlainStart(ConfigKeys keys) {
    JsonNode start = keys.node("init_lora_weights");
    boolean plain = start.isMissingNode() || start.isBoolean() || start.asText().equals("gaussian");
    if (!plain) {
      throw keys.refused("init_lora_weights", start, "supported are true, false and \"gaussian\"");
    }
  }

  private static List<String> targets(ConfigKeys keys) {
    JsonNode node = keys.node("target_modules");
    List<String> targets = new ArrayList<>();
    if (!node.isArray()) {
      throw keys.refused(
          "target_modules", node, "supported is a list of names such as [\"q_proj\"]");
    }
    node.forEach(target -> targets.add(target.asText()));
    return targets;
  }

  /**
   * An adapter_config.json that PEFT reads.
   *
   * @param adapted the model's shape with its adapters
   * @param base the name or path of the model that PEFT is to load them onto; empty to leave that
   *     to its caller
   * @throws IllegalArgumentException if the model has no adapters
   */
  public static byte[] write(ModelConfig adapted, Optional<String> base) {
    LowRank adapter = adapted.adapter();
    if (adapter == null) {
      throw new IllegalArgumentException("the model has no adapters");
    }
    ObjectNode json = JSON.createObjectNode();
    json.put("base_model_name_or_path", base.orElse(null));
    json.put("bias", "none");
    json.put("fan_in_fan_out", adapted.architecture() instanceof Architecture.Gpt2);
    json.put("inference_mode", true);
    json.put("init_lora_weights", true);
    if (adapter.alpha() == Math.rint(adapter.alpha()) && adapter.alpha() < 1L << 53) {
      json.put("lora_alpha", (long) adapter.alpha());
    } else {
      json.put("lora_alpha", adapter.alpha());
    }
    json.put("lora_dropout", 0.0);
    json.put("peft_type", "LORA");
    json.put("r", adapter.rank());
    adapter.targets().forEach(json.putArray("target_modules")::add);
    json.put("task_type", "CAUSAL_LM");
    json.put("use_rslora", adapter.rankStabilised());
    try {
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(json);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a tree of plain values cannot fail to be written", e);
    }
  }
}
