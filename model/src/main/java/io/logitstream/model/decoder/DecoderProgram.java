package io.logitstream.model.decoder;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The decoder as TorchScript methods, to be compiled with whatever else runs over them.
 *
 * <p>Shapes: B sequences, T positions, D hidden, H query heads, K key/value heads, E head size, V
 * vocabulary. Weights come as the list {@code ps} in the order of {@link WeightLayout}. In BF16 the
 * layers' products and attention take bf16 operands; the residual stream, norms, biases, the head
 * and its logits are float32 in either compute type.
 *
 * <p>The skeleton is here; what a layer is made of is the architecture's {@link Block}.
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
  private static final String SKELETON =
      """
        def project(self, x: Tensor, w: Tensor) -> Tensor:
          return ${project}
        def project_biased(self, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
          return ${projectBiased}
        def heads(self, x: Tensor, n: int) -> Tensor:
          return torch.transpose(torch.view(x, [torch.size(x, 0), torch.size(x, 1), n, ${E}]), 1, 2)
        def whole(self, q: Tensor, k: Tensor, v: Tensor, causal: bool) -> Tensor:
          return ${attention}
        def attend(self, q: Tensor, k: Tensor, v: Tensor, causal: bool, window: int) -> Tensor:
          a = ${attend}
          return torch.reshape(torch.transpose(a, 1, 2), [torch.size(q, 0), torch.size(q, 2), ${HE}])
        def mix(self, x: Tensor, h: Tensor, k: Tensor, v: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int, causal: bool, window: int) -> Tensor:
          y = x + self.attention_output(self.attend(self.queries(h, cos, sin, ps, o), k, v, causal, window), ps, o)
          return y + self.feed_forward(y, ps, o)
        def layer(self, x: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], o: int, window: int) -> Tensor:
          h = self.attention_input(x, ps, o)
          return self.mix(x, h, self.keys(h, cos, sin, ps, o), self.values(h, ps, o), cos, sin, ps, o, True, window)
        def hidden(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> Tensor:
          x = self.embed(tok, 0, ps)
          for i in range(${L}):
            x = self.layer(x, cos, sin, ps, ${first} + i * ${perLayer}, ${window})
          return self.final_norm(x, ps)
        def head(self, h: Tensor, ps: List[Tensor]) -> Tensor:
          return torch.linear(h, ps[${head}])
        def newest(self, x: Tensor, ps: List[Tensor]) -> Tensor:
          return self.head(self.final_norm(torch.select(x, 1, -1), ps), ps)
        def prefill(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          x = self.embed(tok, 0, ps)
          for i in range(${L}):
            o = ${first} + i * ${perLayer}
            h = self.attention_input(x, ps, o)
            k = self.keys(h, cos, sin, ps, o)
            v = self.values(h, ps, o)
            _0 = torch.append(out, k)
            _1 = torch.append(out, v)
            x = self.mix(x, h, k, v, cos, sin, ps, o, True, ${window})
          torch.insert(out, 0, self.newest(x, ps))
          return out
        def extend(self, tok: Tensor, cos: Tensor, sin: Tensor, ps: List[Tensor], cache: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          x = self.embed(tok, torch.size(cache[0], 2), ps)
          for i in range(${L}):
            o = ${first} + i * ${perLayer}
            h = self.attention_input(x, ps, o)
            k = torch.cat([cache[i * 2], self.keys(h, cos, sin, ps, o)], 2)
            v = torch.cat([cache[i * 2 + 1], self.values(h, ps, o)], 2)
            _0 = torch.append(out, k)
            _1 = torch.append(out, v)
            x = self.mix(x, h, k, v, cos, sin, ps, o, False, ${window})
          torch.insert(out, 0, self.newest(x, ps))
          return out
      """;

  /** A position sees itself and the window − 1 before it; a window of 0 is none. */
  private static final String WINDOWED =
      """
        def windowed(self, q: Tensor, k: Tensor, v: Tensor, causal: bool, window: int) -> Tensor:
          n = torch.size(k, 2)
          if torch.eq(window, 0):
            a = self.whole(q, k, v, causal)
          else:
            if torch.le(n, window):
              a = self.whole(q, k, v, causal)
            else:
              if causal:
                seen = torch.ones([n, n], dtype=11, device=ops.prim.device(q))
                a = self.masked(q, k, v, torch.triu(torch.tril(seen), 1 - window))
              else:
                a = self.whole(q, torch.slice(k, 2, n - window, n), torch.slice(v, 2, n - window, n), False)
          return a
        def masked(self, q: Tensor, k: Tensor, v: Tensor, mask: Tensor) -> Tensor:
          return ${maskedAttention}
      """;

  /** What a matrix gives, and s·B·A·x. */
  private static final String ADAPTED =
      """
        def adapted(self, y: Tensor, x: Tensor, a: Tensor, b: Tensor) -> Tensor:
          return torch.add(y, self.project(self.project(x, a), b), alpha=${scaling})
      """;

  /** Repeated keys and values let a CPU take its fast kernel. */
  private static final String F32_ATTENTION =
      "torch.scaled_dot_product_attention(q, torch.repeat_interleave(k, ${group}, 1),"
          + " torch.repeat_interleave(v, ${group}, 1), ${mask})";

  /** 15 and 6 are the numbers of bf16 and float32 among libtorch's types. */
  private static final String BF16_ATTENTION =
      "torch.to(torch.scaled_dot_product_attention(torch.to(q, 15), torch.to(k, 15),"
          + " torch.to(v, 15), ${mask}, scale=None, enable_gqa=True), 6)";

  private DecoderProgram() {}

  /** The methods for a configuration. */
  public static String source(ModelConfig config, ComputeType computeType) {
    Block block = Block.of(config);
    int last = block.lastPlace(config);
    @Nullable SlidingWindow window = windowOf(config);
    String attention =
        switch (computeType) {
          case F32 -> F32_ATTENTION;
          case BF16 -> BF16_ATTENTION;
        };
    String source =
        (SKELETON + block.methods() + (window == null ? "" : WINDOWED) + adapted(config))
            .replace("${attention}", attention.replace("${mask}", "None, 0., causal"))
            .replace("${maskedAttention}", attention.replace("${mask}", "mask, 0., False"));
    for (Map.Entry<String, Object> value :
        Map.<String, Object>ofEntries(
                Map.entry("epsilon", String.format(Locale.ROOT, "%.17g", config.normEpsilon())),
                Map.entry(
                    "project",
                    switch (computeType) {
                      case F32 -> "torch.linear(x, w)";
                      case BF16 -> "torch.to(torch.linear(torch.to(x, 15), torch.to(w, 15)), 6)";
                    }),
                Map.entry(
                    "projectBiased",
                    switch (computeType) {
                      case F32 -> "torch.linear(x, w, b)";
                      case BF16 -> "self.project(x, w) + b";
                    }),
                Map.entry(
                    "projectStored",
                    switch (computeType) {
                      case F32 -> "torch.matmul(x, w)";
                      case BF16 -> "torch.to(torch.matmul(torch.to(x, 15), torch.to(w, 15)), 6)";
                    }),
                Map.entry(
                    "attend",
                    window == null
                        ? "self.whole(q, k, v, causal)"
                        : "self.windowed(q, k, v, causal, window)"),
                Map.entry("window", window(config)),
                Map.entry("D", config.hiddenSize()),
                Map.entry("E", config.headSize()),
                Map.entry("H", config.attentionHeads()),
                Map.entry("K", config.keyValueHeads()),
                Map.entry("HE", config.attentionHeads() * config.headSize()),
                Map.entry("group", config.attentionHeads() / config.keyValueHeads()),
                Map.entry("L", config.layers()),
                Map.entry("first", block.first().size()),
                Map.entry("perLayer", block.layer().size()),
                Map.entry("last", last),
                Map.entry("head", config.tiedEmbeddings() ? 0 : last + block.last().size()))
            .entrySet()) {
      source = source.replace("${" + value.getKey() + "}", value.getValue().toString());
    }
    return source;
  }

  private static String adapted(ModelConfig config) {
    @Nullable LowRank adapter = config.adapter();
    return adapter == null
        ? ""
        : ADAPTED.replace("${scaling}", String.format(Locale.ROOT, "%.17g", adapter.scaling()));
  }

  private static @Nullable SlidingWindow windowOf(ModelConfig config) {
    return config.architecture() instanceof Architecture.Llama llama ? llama.window() : null;
  }

  /** An expression of layer {@code i}'s window; 0 for none. */
  static String window(ModelConfig config) {
    @Nullable SlidingWindow window = windowOf(config);
    return window == null ? "0" : windows(window, config.layers());
  }

  private static String windows(SlidingWindow window, int layers) {
    return IntStream.range(0, layers)
        .mapToObj(layer -> window.layers().contains(layer) ? "" + window.tokens() : "0")
        .collect(Collectors.joining(", ", "annotate(List[int], [", "])[i]"));
  }

  /**
   * The rotary tables of positions 0 … T−1.
   *
   * @return cos and sin, (T, E) float32, the two halves of a row equal; (T, 0) where positions are
   *     learned
   */
  public static List<NDArray> rotary(NDManager owner, ModelConfig config, int positions) {
    return rotary(owner, config, 0, positions);
  }

  /** The rotary tables of positions from one to before another. */
  static List<NDArray> rotary(NDManager owner, ModelConfig config, int from, int to) {
    if (!(config.architecture() instanceof Architecture.Llama llama)) {
      Shape none = new Shape(to - from, 0);
      return List.of(owner.create(none), owner.create(none));
    }
    double[] frequencies = llama.rope().frequencies(config.headSize());
    double amplitude = llama.rope().scaling().amplitude();
    int half = frequencies.length;
    float[] cos = new float[(to - from) * config.headSize()];
    float[] sin = new float[cos.length];
    for (int position = from; position < to; position++) {
      for (int pair = 0; pair < half; pair++) {
        float angle = position * (float) frequencies[pair];
        int at = (position - from) * config.headSize() + pair;
        cos[at] = cos[at + half] = (float) (Math.cos(angle) * amplitude);
        sin[at] = sin[at + half] = (float) (Math.sin(angle) * amplitude);
      }
    }
    Shape shape = new Shape(to - from, config.headSize());
    return List.of(owner.create(cos, shape), owner.create(sin, shape));
  }
}
