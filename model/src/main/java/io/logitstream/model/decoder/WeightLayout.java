package io.logitstream.model.decoder;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The order, names and shapes of a decoder's weights: embedding, then by layer [input norm, q, k,
 * v, o, post-attention norm, gate, up, down], final norm, and the head unless tied. Names are those
 * of Hugging Face's Llama.
 *
 * @param slots the weights, in order
 */
public record WeightLayout(List<Slot> slots) {

  /** Weights of one layer. */
  public static final int PER_LAYER = 9;

  public WeightLayout {
    slots = List.copyOf(slots);
  }

  /** What a weight is for, as far as initialisation and weight decay depend on it. */
  public enum Role {
    /** A matrix. */
    MATRIX,
    /** A matrix that writes into the residual stream. */
    RESIDUAL_MATRIX,
    /** The gain of a norm. */
    NORM
  }

  /**
   * A weight's place.
   *
   * @param name its name in model.safetensors
   * @param role what it is for
   * @param shape (out, in) of a matrix, (D) of a norm
   */
  public record Slot(String name, Role role, List<Long> shape) {
    public Slot {
      shape = List.copyOf(shape);
    }

    /** Number of values. */
    public long size() {
      return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** The shape as an array. */
    public long[] dimensions() {
      return shape.stream().mapToLong(Long::longValue).toArray();
    }
  }

  /** The layout of a configuration. */
  public static WeightLayout of(ModelConfig config) {
    long hidden = config.hiddenSize();
    long queries = (long) config.attentionHeads() * config.headSize();
    long keys = (long) config.keyValueHeads() * config.headSize();
    long inner = config.intermediateSize();
    List<Slot> slots = new ArrayList<>();
    slots.add(slot("model.embed_tokens.weight", Role.MATRIX, config.vocabularySize(), hidden));
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = "model.layers." + layer + ".";
      slots.add(slot(prefix + "input_layernorm.weight", Role.NORM, hidden));
      slots.add(slot(prefix + "self_attn.q_proj.weight", Role.MATRIX, queries, hidden));
      slots.add(slot(prefix + "self_attn.k_proj.weight", Role.MATRIX, keys, hidden));
      slots.add(slot(prefix + "self_attn.v_proj.weight", Role.MATRIX, keys, hidden));
      slots.add(slot(prefix + "self_attn.o_proj.weight", Role.RESIDUAL_MATRIX, hidden, queries));
      slots.add(slot(prefix + "post_attention_layernorm.weight", Role.NORM, hidden));
      slots.add(slot(prefix + "mlp.gate_proj.weight", Role.MATRIX, inner, hidden));
      slots.add(slot(prefix + "mlp.up_proj.weight", Role.MATRIX, inner, hidden));
      slots.add(slot(prefix + "mlp.down_proj.weight", Role.RESIDUAL_MATRIX, hidden, inner));
    }
    slots.add(slot("model.norm.weight", Role.NORM, hidden));
    if (!config.tiedEmbeddings()) {
      slots.add(slot("lm_head.weight", Role.MATRIX, config.vocabularySize(), hidden));
    }
    return new WeightLayout(slots);
  }

  /** Number of values in all. */
  public long parameters() {
    return slots.stream().mapToLong(Slot::size).sum();
  }

  private static Slot slot(String name, Role role, long... shape) {
    return new Slot(name, role, Arrays.stream(shape).boxed().toList());
  }
}
