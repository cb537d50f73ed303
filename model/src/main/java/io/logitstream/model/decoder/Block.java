package io.logitstream.model.decoder;

import java.util.List;
import java.util.stream.Collectors;

/**
 * One kind of decoder layer: the weights that it has, and the text that works with them. Both are
 * built in one pass ({@link BlockWeights}), so that the numbers in the text are the weights'
 * places.
 *
 * <p>Every kind defines these methods for the skeleton of {@link DecoderProgram}; {@code o} is the
 * place of the layer's first weight in {@code ps}:
 *
 * <ul>
 *   <li>{@code embed(tok (B,T), first: int, ps) -> (B,T,D)}; first is the place of the first token
 *   <li>{@code attention_input(x (B,T,D), ps, o) -> h (B,T,D)}
 *   <li>{@code queries(h, cos, sin, ps, o) -> (B,H,T,E)}, {@code keys} and {@code values} (B,K,T,E)
 *   <li>{@code attention_output(a (B,T,H·E), ps, o) -> (B,T,D)}
 *   <li>{@code feed_forward(x, ps, o) -> (B,T,D)}, norm included
 *   <li>{@code final_norm(x, ps)}
 * </ul>
 *
 * @param first the weights before the layers
 * @param layer the weights of a layer, named without the layer's prefix
 * @param layerPrefix the prefix, with {@code %d} for the layer's number
 * @param last the weights after the layers, without the head
 * @param methods the methods
 */
record Block(
    List<WeightLayout.Slot> first,
    List<WeightLayout.Slot> layer,
    String layerPrefix,
    List<WeightLayout.Slot> last,
    String methods) {
  Block {
    first = List.copyOf(first);
    layer = List.copyOf(layer);
    last = List.copyOf(last);
  }

  static Block of(ModelConfig config) {
    if (config.architecture() instanceof Architecture.Llama llama) {
      return LlamaBlock.of(config, llama);
    }
    return Gpt2Block.of(config, (Architecture.Gpt2) config.architecture());
  }

  /** Places of the weights of a layer that training changes, counted from its first. */
  String learnedOfLayer() {
    return new WeightLayout(layer)
        .learned().stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  /** The place of the first weight after the layers. */
  int lastPlace(ModelConfig config) {
    return first.size() + config.layers() * layer.size();
  }
}
