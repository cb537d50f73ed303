package io.logitstream.model.decoder;

import io.logitstream.model.decoder.BlockWeights.Operator;
import io.logitstream.model.decoder.WeightLayout.Role;
import java.util.List;

/** GPT-2's layers. The rotary tables are not looked at. */
final class Gpt2Block {
  /** By the stored (in, out) matrix itself: gradients are then laid out as it is. */
  private static final String METHODS =
      """
        def project_stored(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
          return ${projectStored} + b
        def layer_norm(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
          return torch.layer_norm(x, [${D}], w, b, ${epsilon})
        def embed(self, tok: Tensor, first: int, ps: List[Tensor]) -> Tensor:
          places = torch.slice(${positions}, 0, first, first + torch.size(tok, 1))
          return torch.embedding(${embedding}, tok) + places
        def attention_input(self, x: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return ${inputNorm}
        def queries(self, h: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.heads(${query}, ${H})
        def keys(self, h: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.heads(${key}, ${K})
        def values(self, h: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.heads(${value}, ${K})
        def attention_output(self, a: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return ${output}
        def feed_forward(self, x: Tensor, ps: List[Tensor], o: int) -> Tensor:
          g = ${feedForwardNorm}
          return ${feedForward}
        def final_norm(self, x: Tensor, ps: List[Tensor]) -> Tensor:
          return ${finalNorm}
      """;

  private Gpt2Block() {}

  static Block of(ModelConfig config, Architecture.Gpt2 gpt2) {
    long hidden = config.hiddenSize();
    long inner = config.intermediateSize();

    BlockWeights first = new BlockWeights("0");
    String embedding =
        first.weight("transformer.wte.weight", Role.TABLE, config.vocabularySize(), hidden);
    String positions =
        first.weight("transformer.wpe.weight", Role.TABLE, config.maxPositions(), hidden);

    BlockWeights layer = new BlockWeights("o", config.adapter());
    Operator inputNorm = layer.layerNorm("ln_1", hidden);
    List<Operator> attention =
        layer.transposed("attn.c_attn", Role.MATRIX, hidden, hidden, hidden, hidden);
    Operator output = layer.transposed("attn.c_proj", Role.RESIDUAL_MATRIX, hidden, hidden).get(0);
    Operator feedForwardNorm = layer.layerNorm("ln_2", hidden);
    Operator up = layer.transposed("mlp.c_fc", Role.MATRIX, hidden, inner).get(0);
    Operator down = layer.transposed("mlp.c_proj", Role.RESIDUAL_MATRIX, inner, hidden).get(0);
    layer.requireTargets();

    BlockWeights last = new BlockWeights("${last}");
    Operator finalNorm = last.layerNorm("transformer.ln_f", hidden);

    String methods =
        METHODS
            .replace("${embedding}", embedding)
            .replace("${positions}", positions)
            .replace("${inputNorm}", inputNorm.of("x"))
            .replace("${query}", attention.get(0).of("h"))
            .replace("${key}", attention.get(1).of("h"))
            .replace("${value}", attention.get(2).of("h"))
            .replace("${output}", output.of("a"))
            .replace("${feedForwardNorm}", feedForwardNorm.of("x"))
            .replace("${feedForward}", down.of(gpt2.activation().of(up.of("g"))))
            .replace("${finalNorm}", finalNorm.of("x"));
    return new Block(first.slots(), layer.slots(), "transformer.h.%d.", last.slots(), methods);
  }
}
