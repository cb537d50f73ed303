package io.logitstream.model.decoder;

/**
 * Gradients through the layers from their inputs alone, as TorchScript methods over {@link
 * DecoderProgram}'s: each layer is computed a second time in the backward pass (Chen et al.,
 * arXiv:1604.06174), so that what it computes within itself exists for one layer at a time. A third
 * more arithmetic, for the memory of L inputs and one layer.
 *
 * <ul>
 *   <li>{@code layer_inputs(tok (B,T), cos (T,E), sin (T,E), ps) -> [(B,T,D), …]}: of each layer,
 *       and the last one's output; without autograd
 *   <li>{@code gradients_through(y, x, gy, qs, first: int, places: List[int]) -> [by x, by each of
 *       the weights at the places counted from first]}
 *   <li>{@code layer_gradients(tok, cos, sin, xs, gx (B,T,D), qs) -> gradients by the learned
 *       weights up to the last layer's}; xs from layer_inputs, gx by the last one's output, qs
 *       leaves of autograd
 * </ul>
 */
public final class RecomputedLayers {
  private static final String SOURCE =
      """
        def layer_at(self, i: int, x: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> Tensor:
          return self.layer(x, cos, sin, ps, ${first} + i * ${perLayer}, ${window})
        def layer_inputs(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          x = torch.detach(self.embed(tok, 0, ps))
          _0 = torch.append(out, x)
          for i in range(${L}):
            x = torch.detach(self.layer_at(i, x, cos, sin, ps))
            _1 = torch.append(out, x)
          return out
        def gradients_through(self, y: Tensor, x: Tensor, gy: Tensor, qs: List[Tensor], first: int, places: List[int]) -> List[Tensor]:
          inputs = annotate(List[Tensor], [x])
          for k in places:
            _0 = torch.append(inputs, qs[first + k])
          gs = torch.grad([y], inputs, annotate(List[Optional[Tensor]], [gy]))
          out = annotate(List[Tensor], [])
          for g in gs:
            _1 = torch.append(out, unchecked_cast(Tensor, g))
          return out
        def layer_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, xs: List[Tensor], gx: Tensor, qs: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          places = annotate(List[int], [${places}])
          gy = gx
          for j in range(${L}):
            i = ${L} - 1 - j
            x = torch.requires_grad_(torch.detach(xs[i]), True)
            y = self.layer_at(i, x, cos, sin, qs)
            gs = self.gradients_through(y, x, gy, qs, ${first} + i * ${perLayer}, places)
            gy = gs[0]
            for k in range(torch.len(places)):
              torch.insert(out, k, gs[1 + k])
          ${tables}
          return out
      """;

  /** The weights before the layers. */
  private static final String TABLES =
      """
          tables = annotate(List[Tensor], [])
          for k in range(${first}):
            _0 = torch.append(tables, qs[k])
          es = torch.grad([self.embed(tok, 0, qs)], tables, annotate(List[Optional[Tensor]], [gy]))
          for k in range(${first}):
            torch.insert(out, k, unchecked_cast(Tensor, es[k]))
      """;

  private RecomputedLayers() {}

  /** The methods for a configuration. */
  public static String source(ModelConfig config) {
    Block block = Block.of(config);
    boolean adapted = config.adapter() != null;
    return SOURCE
        .replace("${tables}", adapted ? "" : TABLES.strip())
        .replace("${places}", block.learnedOfLayer())
        .replace("${first}", Integer.toString(block.first().size()))
        .replace("${perLayer}", Integer.toString(block.layer().size()))
        .replace("${L}", Integer.toString(config.layers()))
        .replace("${window}", DecoderProgram.window(config));
  }

  /**
   * Place of the first weight after the layers, and number of learned weights there, without the
   * head.
   */
  public static int[] lastWeights(ModelConfig config) {
    Block block = Block.of(config);
    return new int[] {block.lastPlace(config), config.adapter() == null ? block.last().size() : 0};
  }
}
