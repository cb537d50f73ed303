package io.logitstream.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The decoder as TorchScript methods, to be compiled with whatever else runs over them.
 *
 * <p>Shapes: B sequences, T positions, D hidden, H query heads, K key/value heads, E head size, V
 * vocabulary. Weights come as the list {@code ps} in the order of {@link WeightLayout}. In BF16 the
 * layers' products and attention take bf16 operands; the residual stream, norms, the head and its
 * logits are float32 in either compute type.
 *
 * <ul>
 *   <li>{@code hidden(tok (B,T) int64, cos (T,E), sin (T,E), ps) -> (B,T,D)}: after the final norm
 *   <li>{@code head(h (…,D), ps) -> (…,V)}: logits
 *   <li>{@code prefill(tok (1,T), cos, sin, ps) -> [logits (1,V), k, v of each layer (1,K,T,E)]}
 *   <li>{@code extend(tok (1,1), cos (1,E), sin (1,E), ps, cache) -> [logits (1,V), k, v of each
 *       layer]}
 * </ul>
 */
public final class DecoderProgram {
  private static final String SOURCE =
      """
        def rms(self, x: Tensor, w: Tensor) -> Tensor:
          return x * torch.rsqrt(torch.mean(x * x, [-1], True) + ${epsilon}) * w
        def rope(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
          a, b = torch.chunk(x, 2, -1)
          return x * cos + torch.cat([torch.neg(b), a], -1) * sin
        def project(self, x: Tensor, w: Tensor) -> Tensor:
          return ${project}
        def heads(self, x: Tensor, n: int) -> Tensor:
          return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), n, ${E}]), 1, 2)
        def attend(self, q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
          a = ${attention}
          return torch.reshape(torch.transpose(a, 1, 2), [torch.size(q, 0), torch.size(q, 2), ${HE}])
        def keys(self, h: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.rope(self.heads(self.project(h, ps[o + 2]), ${K}), cos, sin)
        def values(self, h: Tensor, ps: List[Tensor], o: int) -> Tensor:
          return self.heads(self.project(h, ps[o + 3]), ${K})
        def mix(self, x: Tensor, h: Tensor, k: Tensor, v: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int, causal: bool) -> Tensor:
          q = self.rope(self.heads(self.project(h, ps[o + 1]), ${H}), cos, sin)
          y = x + self.project(self.attend(q, k, v, causal), ps[o + 4])
          g = self.rms(y, ps[o + 5])
          return y + self.project(torch.silu(self.project(g, ps[o + 6])) * self.project(g, ps[o + 7]), ps[o + 8])
        def layer(self, x: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int) -> Tensor:
          h = self.rms(x, ps[o])
          return self.mix(x, h, self.keys(h, cos, sin, ps, o), self.values(h, ps, o), cos, sin, ps, o, True)
        def hidden(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> Tensor:
          x = torch.embedding(ps[0], tok)
          for i in range(${L}):
            x = self.layer(x, cos, sin, ps, 1 + i * ${perLayer})
          return self.rms(x, ps[${norm}])
        def head(self, h: Tensor, ps: List[Tensor]) -> Tensor:
          return torch.linear(h, ps[${head}])
        def last(self, x: Tensor, ps: List[Tensor]) -> Tensor:
          return self.head(self.rms(torch.select(x, 1, -1), ps[${norm}]), ps)
        def prefill(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          x = torch.embedding(ps[0], tok)
          for i in range(${L}):
            o = 1 + i * ${perLayer}
            h = self.rms(x, ps[o])
            k = self.keys(h, cos, sin, ps, o)
            v = self.values(h, ps, o)
            _0 = torch.append(out, k)
            _1 = torch.append(out, v)
            x = self.mix(x, h, k, v, cos, sin, ps, o, True)
          torch.insert(out, 0, self.last(x, ps))
          return out
        def extend(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], cache: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          x = torch.embedding(ps[0], tok)
          for i in range(${L}):
            o = 1 + i * ${perLayer}
            h = self.rms(x, ps[o])
            k = torch.cat([cache[i * 2], self.keys(h, cos, sin, ps, o)], 2)
            v = torch.cat([cache[i * 2 + 1], self.values(h, ps, o)], 2)
            _0 = torch.append(out, k)
            _1 = torch.append(out, v)
            x = self.mix(x, h, k, v, cos, sin, ps, o, False)
          torch.insert(out, 0, self.last(x, ps))
          return out
      """;

  /** Repeated keys and values let a CPU take its fast kernel. */
  private static final String F32_ATTENTION =
      "torch.scaled_dot_product_attention(q, torch.repeat_interleave(k, ${group}, 1),"
          + " torch.repeat_interleave(v, ${group}, 1), None, 0., causal)";

  /** 15 and 6 are the numbers of bf16 and float32 among libtorch's types. */
  private static final String BF16_ATTENTION =
      "torch.to(torch.scaled_dot_product_attention(torch.to(q, 15), torch.to(k, 15),"
          + " torch.to(v, 15), None, 0., causal, scale=None, enable_gqa=True), 6)";

  private DecoderProgram() {}

  /** The methods for a configuration. */
  public static String source(ModelConfig config, ComputeType computeType) {
    int norm = 1 + config.layers() * WeightLayout.PER_LAYER;
    String attention =
        switch (computeType) {
          case F32 -> F32_ATTENTION;
          case BF16 -> BF16_ATTENTION;
        };
    String source = SOURCE.replace("${attention}", attention);
    for (Map.Entry<String, Object> value :
        Map.<String, Object>ofEntries(
                Map.entry("epsilon", String.format(Locale.ROOT, "%.17g", config.normEpsilon())),
                Map.entry(
                    "project",
                    switch (computeType) {
                      case F32 -> "torch.linear(x, w)";
                      case BF16 -> "torch.to(torch.linear(torch.to(x, 15), torch.to(w, 15)), 6)";
                    }),
                Map.entry("E", config.headSize()),
                Map.entry("H", config.attentionHeads()),
                Map.entry("K", config.keyValueHeads()),
                Map.entry("HE", config.attentionHeads() * config.headSize()),
                Map.entry("group", config.attentionHeads() / config.keyValueHeads()),
                Map.entry("L", config.layers()),
                Map.entry("perLayer", WeightLayout.PER_LAYER),
                Map.entry("norm", norm),
                Map.entry("head", config.tiedEmbeddings() ? 0 : norm + 1))
            .entrySet()) {
      source = source.replace("${" + value.getKey() + "}", value.getValue().toString());
    }
    return source;
  }

  /**
   * The rotary tables of positions 0 … T−1.
   *
   * @return cos and sin, (T, E) float32, the two halves of a row equal
   */
  public static List<NDArray> rotary(NDManager owner, ModelConfig config, int positions) {
    return rotary(owner, config, 0, positions);
  }

  /** The rotary tables of positions from one to before another. */
  static List<NDArray> rotary(NDManager owner, ModelConfig config, int from, int to) {
    int half = config.headSize() / 2;
    float[] cos = new float[(to - from) * config.headSize()];
    float[] sin = new float[cos.length];
    for (int position = from; position < to; position++) {
      for (int pair = 0; pair < half; pair++) {
        float frequency =
            (float) (1.0 / Math.pow(config.ropeTheta(), 2.0 * pair / config.headSize()));
        float angle = position * frequency;
        int at = (position - from) * config.headSize() + pair;
        cos[at] = cos[at + half] = (float) Math.cos(angle);
        sin[at] = sin[at + half] = (float) Math.sin(angle);
      }
    }
    Shape shape = new Shape(to - from, config.headSize());
    return List.of(owner.create(cos, shape), owner.create(sin, shape));
  }
}
