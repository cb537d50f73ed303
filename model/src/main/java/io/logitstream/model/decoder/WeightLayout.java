package io.logitstream.model.decoder;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The order, names and shapes of a decoder's weights: what comes before the layers, the layers one
 * after the other, what comes after them, and the head unless tied. Names and shapes are those of
 * Hugging Face's transformers. For Llama: embedding, by layer [input norm, q, k, v, o,
 * post-attention norm, gate, up, down], final norm, head; biases follow their matrices, the norms
 * of queries and keys follow o. An adapter's A and B follow the matrix that they are beside, and
 * its bias.
 *
 * @param slots the weights, in order
 */
public record WeightLayout(List<Slot> slots) {
  /** What PEFT's names of an adapter's matrices end with, after the module's name. */
  static final String ADAPTER_A = ".lora_A.weight";

  static final String ADAPTER_B = ".lora_B.weight";

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
    BIAS,
    /** A of a low-rank adapter beside a matrix: reads what the matrix reads. */
    ADAPTER_A,
    /** B of a low-rank adapter: adds to what the matrix gives. */
    ADAPTER_B;

    /** Whether it belongs to an adapter, and not to the model that is adapted. */
    public boolean isAdapter() {
      return this == ADAPTER_A || this == ADAPTER_B;
    }
  }

  /**
   * A weight's place.
   *
   * @param name its name in model.safetensors
   * @param role what it is for
   * @param shape (rows, D) of a table, (out, in) of a matrix (GPT-2's are (in, out)), (width) of a
   *     norm or bias, (r, in) of an adapter's A and (out, r) of its B
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

  /** Places of the weights that training changes: the adapters where there are any, or all. */
  public List<Integer> learned() {
    boolean adapted = slots.stream().anyMatch(slot -> slot.role().isAdapter());
    return IntStream.range(0, slots.size())
        .filter(place -> !adapted || slots.get(place).role().isAdapter())
        .boxed()
        .toList();
  }

  /** Number of values in the weights that training changes. */
  public long learnedParameters() {
    return learned().stream().mapToLong(place -> slots.get(place).size()).sum();
  }

  /** Number of values in all. */
  public long parameters() {
    return slots.stream().mapToLong(Slot::size).sum();
  }
}
