package io.logitstream.model.decoder;

import java.util.ArrayList;
import java.util.List;

/**
 * The order, names and shapes of a decoder's weights: what comes before the layers, the layers one
 * after the other, what comes after them, and the head unless tied. Names and shapes are those of
 * Hugging Face's transformers. For Llama: embedding, by layer [input norm, q, k, v, o,
 * post-attention norm, gate, up, down], final norm, head; biases follow their matrices, the norms
 * of queries and keys follow o.
 *
 * @param slots the weights, in order
 */
public record WeightLayout(List<Slot> slots) {

  public WeightLayout {
    slots = List.copyOf(slots);
  }

  /** What a weight is for, as far as initialisation, weight decay and precision depend on it. */
  public enum Role {
    /** A vector for each token or position, and the head. */
    TABLE,
    /** A matrix of a layer. */
    MATRIX,
    /** A layer's matrix that writes into the residual stream. */
    RESIDUAL_MATRIX,
    /** The gain of a norm. */
    NORM,
    /** What a matrix or a norm adds. */
    BIAS
  }

  /**
   * A weight's place.
   *
   * @param name its name in model.safetensors
   * @param role what it is for
   * @param shape (rows, D) of a table, (out, in) of a matrix (GPT-2's are (in, out)), (width) of a
   *     norm or bias
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
    Block block = Block.of(config);
    List<Slot> slots = new ArrayList<>(block.first());
    for (int layer = 0; layer < config.layers(); layer++) {
      String prefix = block.layerPrefix().formatted(layer);
      for (Slot slot : block.layer()) {
        slots.add(new Slot(prefix + slot.name(), slot.role(), slot.shape()));
      }
    }
    slots.addAll(block.last());
    if (!config.tiedEmbeddings()) {
      slots.add(
          new Slot(
              "lm_head.weight",
              Role.TABLE,
              List.of((long) config.vocabularySize(), (long) config.hiddenSize())));
    }
    return new WeightLayout(slots);
  }

  /** Number of values in all. */
  public long parameters() {
    return slots.stream().mapToLong(Slot::size).sum();
  }
}
