package io.logitstream.model.decoder;

import io.logitstream.model.decoder.BlockWeights.Operator;
import io.logitstream.model.decoder.WeightLayout.Role;

/** The layers of Llama and its descendants, with the weights' names that they share. */
final class LlamaBlock {
  private static final String METHODS =
      """
        def rms(self, x: Tensor, w: Tensor) -> Tensor:
          return x * torch.rsqrt(torch.mean(x * x, [-1], True) + ${epsilon}) * w
        def rope(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
          a, b = torch.chunk(x, 2, -1)
          return x * cos + torch.cat([torch.neg(b), a], -1) * sin
        def embed(self, tok: Tensor, first: int, ps: List[Tensor]) -> Tensor:
          return torch.embedding(${embedding}, tok)
        def attention_input(self, x: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return ${inputNorm}
        def queries(self, h: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.rope(${queries}, cos, sin)
        def keys(self, h: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.rope(${keys}, cos, sin)
        def values(self, h: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return ${values}
        def attention_output(self, a: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return ${output}
        def feed_forward(self, x: Tensor, ps: List[Tensor], o: int) -> Tensor:
          g = ${feedForwardNorm}
          return ${feedForward}
        def final_norm(self, x: Tensor, ps: List[Tensor]) -> Tensor:
          return ${finalNorm}
      """;

  private LlamaBlock() {}

  static Block of(ModelConfig config, Architecture.Llama llama) {
    long hidden = config.hiddenSize();
    long queryWidth = (long) config.attentionHeads() * config.headSize();
    long keyWidth = (long) config.keyValueHeads() * config.headSize();
    long inner = config.intermediateSize();
    boolean biased = llama.queryKeyValueBias();

    BlockWeights first = new BlockWeights("0");
    String embedding =
        first.weight("model.embed_tokens.weight", Role.TABLE, config.vocabularySize(), hidden);

    BlockWeights layer = new BlockWeights("o", config.adapter());
    Operator inputNorm = layer.rmsNorm("input_layernorm", hidden);
    Operator query = layer.linear("self_attn.q_proj", Role.MATRIX, queryWidth, hidden, biased);
    Operator key = layer.linear("self_attn.k_proj", Role.MATRIX, keyWidth, hidden, biased);
    Operator value = layer.linear("self_attn.v_proj", Role.MATRIX, keyWidth, hidden, biased);
    Operator output =
        layer.linear(
            "self_attn.o_proj", Role.RESIDUAL_MATRIX, hidden, queryWidth, llama.outputBias());
    Operator queryNorm = x -> x;
    Operator keyNorm = x -> x;
    if (llama.headNorms()) {
      queryNorm = layer.rmsNorm("self_attn.q_norm", config.headSize());
      keyNorm = layer.rmsNorm("self_attn.k_norm", config.headSize());
    }
    Operator feedForwardNorm = layer.rmsNorm("post_attention_layernorm", hidden);
    boolean mlpBias = llama.feedForwardBias();
    Operator gate = layer.linear("mlp.gate_proj", Role.MATRIX, inner, hidden, mlpBias);
    Operator up = layer.linear("mlp.up_proj", Role.MATRIX, inner, hidden, mlpBias);
    Operator down = layer.linear("mlp.down_proj", Role.RESIDUAL_MATRIX, hidden, inner, mlpBias);
    layer.requireTargets();

    BlockWeights last = new BlockWeights("${last}");
    Operator finalNorm = last.rmsNorm("model.norm", hidden);

    String methods =
        METHODS
            .replace("${embedding}", embedding)
            .replace("${inputNorm}", inputNorm.of("x"))
            .replace("${queries}", queryNorm.of("self.heads(" + query.of("h") + ", ${H})"))
            .replace("${keys}", keyNorm.of("self.heads(" + key.of("h") + ", ${K})"))
            .replace("${values}", "self.heads(" + value.of("h") + ", ${K})")
            .replace("${output}", output.of("a"))
            .replace("${feedForwardNorm}", feedForwardNorm.of("x"))
            .replace(
                "${feedForward}", down.of(llama.activation().of(gate.of("g")) + " * " + up.of("g")))
            .replace("${finalNorm}", finalNorm.of("x"));
    return new Block(first.slots(), layer.slots(), "model.layers.%d.", last.slots(), methods);
  }
}
