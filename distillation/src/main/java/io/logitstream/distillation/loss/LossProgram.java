package io.logitstream.distillation.loss;

import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.WeightLayout;
import java.util.Map;

/**
 * Losses and gradients as TorchScript methods over {@link
 * io.logitstream.model.decoder.DecoderProgram}'s.
 *
 * <p>Shapes: B sequences, T positions, D hidden, V vocabulary; N trained positions of the
 * micro-batch ("rows"), E sampled entries in all.
 *
 * <p>The output head is the widest layer, so logits exist for a few hundred rows at a time only,
 * and their gradient is written down, not recorded: d/dz of h·(−log s_y) + Σ_i w_i·(−log s_i) with
 * softmax s is (h + Σ w_i)·s − h·onehot(y) − w. The rest is autograd.
 *
 * <ul>
 *   <li>{@code sampled_gradients(tok (B,T), cos, sin, rows (N) or none for all, labels (N), hard
 *       (N), soft (N), entries (E), entry_weights (E), bounds (chunks + 1), ps) -> [−log s(label)
 *       (N), −log s(entry) at τ (E), gradients …]}; entries index the flattened (N, V)
 *   <li>{@code full_gradients(tok, cos, sin, rows, labels, hard, soft, teacher (N,V) float16, scale
 *       (N), ps) -> [−log s(label) (N), KL at τ (N), gradients …]}; the teacher's distribution at τ
 *       is softmax(teacher · scale)
 * </ul>
 */
public final class LossProgram {
  /** Logits of one chunk: 8 MiB in float32, which stays in the last-level cache. */
  private static final int CHUNK_LOGITS = 1 << 21;

  private static final int MIN_CHUNK_ROWS = 16;

  private static final String COMMON =
      """
        def trained_rows(self, h: Tensor, rows: Tensor) -> Tensor:
          flat = torch.reshape(h, [-1, torch.size(h, -1)])
          if torch.gt(torch.size(rows, 0), 0):
            chosen = torch.index_select(flat, 0, rows)
          else:
            chosen = flat
          return chosen
        def trained_hidden(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, ps: List[Tensor]) -> Tensor:
          n = torch.size(tok, 1)
          return self.trained_rows(self.hidden(tok, torch.slice(cos, 0, 0, n), torch.slice(sin, 0, 0, n), ps), rows)
        def leaves(self, ps: List[Tensor]) -> List[Tensor]:
          out = annotate(List[Tensor], [])
          for p in ps:
            _0 = torch.append(out, torch.requires_grad_(torch.detach(p), True))
          return out
        def column(self, x: Tensor, a: int, b: int) -> Tensor:
          return torch.unsqueeze(torch.slice(x, 0, a, b), -1)
        def backward(self, h: Tensor, gh: Tensor, gw: Tensor, qs: List[Tensor]) -> List[Tensor]:
          body = annotate(List[Tensor], [])
          for i in range(${body}):
            _0 = torch.append(body, qs[i])
          gs = torch.grad([h], body, annotate(List[Optional[Tensor]], [gh]))
          out = annotate(List[Tensor], [])
          for g in gs:
            _1 = torch.append(out, unchecked_cast(Tensor, g))
          ${addHead}
          return out
      """;

  private static final String SAMPLED =
      """
        def sampled_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, hard: Tensor, soft: Tensor, entries: Tensor, entry_weights: Tensor, bounds: Tensor, ps: List[Tensor]) -> List[Tensor]:
          qs = self.leaves(ps)
          h = self.trained_hidden(tok, cos, sin, rows, qs)
          d = torch.detach(h)
          n = torch.size(d, 0)
          gh = torch.zeros_like(d)
          gw = torch.zeros_like(ps[${head}])
          cross_entropies = torch.zeros_like(hard)
          entry_losses = torch.zeros_like(entry_weights)
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            x = torch.requires_grad_(torch.detach(torch.slice(d, 0, a, b)), True)
            z = self.head(x, qs)
            y = self.column(labels, a, b)
            hw = self.column(hard, a, b)
            sw = self.column(soft, a, b)
            e0 = int(torch.select(bounds, 0, i))
            e1 = int(torch.select(bounds, 0, i + 1))
            at = torch.sub(torch.slice(entries, 0, e0, e1), a * ${V})
            ew = torch.slice(entry_weights, 0, e0, e1)
            lp = torch.log_softmax(torch.detach(z), -1)
            _0 = torch.copy_(torch.slice(cross_entropies, 0, a, b), torch.neg(torch.squeeze(torch.gather(lp, -1, y), -1)))
            ${gradient}
            zs = torch.grad([z], [x, qs[${head}]], annotate(List[Optional[Tensor]], [g]))
            _2 = torch.copy_(torch.slice(gh, 0, a, b), unchecked_cast(Tensor, zs[0]))
            _3 = torch.add_(gw, unchecked_cast(Tensor, zs[1]))
          out = self.backward(h, gh, gw, qs)
          torch.insert(out, 0, entry_losses)
          torch.insert(out, 0, cross_entropies)
          return out
      """;

  /** Where hard and soft loss share a temperature they share a softmax. */
  private static final String SAMPLED_GRADIENT =
      """
            _1 = torch.copy_(torch.slice(entry_losses, 0, e0, e1), torch.neg(torch.index_select(torch.view(lp, [-1]), 0, at)))
            g = torch.mul_(torch.exp_(lp), hw + sw)
            _4 = torch.index_add_(torch.view(g, [-1]), 0, at, torch.neg(ew))
            _5 = torch.scatter_add_(g, 1, y, torch.neg(hw))
      """;

  private static final String SAMPLED_GRADIENT_TEMPERED =
      """
            lt = torch.log_softmax(torch.detach(z) * ${inverse}, -1)
            _1 = torch.copy_(torch.slice(entry_losses, 0, e0, e1), torch.neg(torch.index_select(torch.view(lt, [-1]), 0, at)))
            g = torch.mul_(torch.exp_(lt), sw * ${inverse})
            _4 = torch.index_add_(torch.view(g, [-1]), 0, at, torch.neg(ew) * ${inverse})
            _5 = torch.add_(g, torch.mul_(torch.exp_(lp), hw))
            _6 = torch.scatter_add_(g, 1, y, torch.neg(hw))
      """;

  private static final String FULL =
      """
        def full_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, hard: Tensor, soft: Tensor, teacher: Tensor, scale: Tensor, ps: List[Tensor]) -> List[Tensor]:
          qs = self.leaves(ps)
          h = self.trained_hidden(tok, cos, sin, rows, qs)
          d = torch.detach(h)
          n = torch.size(d, 0)
          gh = torch.zeros_like(d)
          gw = torch.zeros_like(ps[${head}])
          cross_entropies = torch.zeros_like(hard)
          divergences = torch.zeros_like(hard)
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            x = torch.requires_grad_(torch.detach(torch.slice(d, 0, a, b)), True)
            z = self.head(x, qs)
            y = self.column(labels, a, b)
            hw = self.column(hard, a, b)
            sw = self.column(soft, a, b)
            tp = torch.log_softmax(torch.to(torch.slice(teacher, 0, a, b), 6) * self.column(scale, a, b), -1)
            lp = torch.log_softmax(torch.detach(z), -1)
            lt = torch.log_softmax(torch.detach(z) * ${inverse}, -1)
            _0 = torch.copy_(torch.slice(cross_entropies, 0, a, b), torch.neg(torch.squeeze(torch.gather(lp, -1, y), -1)))
            p = torch.exp(tp)
            _1 = torch.copy_(torch.slice(divergences, 0, a, b), torch.sum(p * (tp - lt), [-1]))
            g = torch.mul_(torch.sub_(torch.exp_(lt), p), sw * ${inverse})
            _4 = torch.add_(g, torch.mul_(torch.exp_(lp), hw))
            _5 = torch.scatter_add_(g, 1, y, torch.neg(hw))
            zs = torch.grad([z], [x, qs[${head}]], annotate(List[Optional[Tensor]], [g]))
            _2 = torch.copy_(torch.slice(gh, 0, a, b), unchecked_cast(Tensor, zs[0]))
            _3 = torch.add_(gw, unchecked_cast(Tensor, zs[1]))
          out = self.backward(h, gh, gw, qs)
          torch.insert(out, 0, divergences)
          torch.insert(out, 0, cross_entropies)
          return out
      """;

  private LossProgram() {}

  /** Methods that evaluation shares: {@code trained_hidden} and {@code column}. */
  public static String common(ModelConfig config) {
    return fill(COMMON, config, 1, 1);
  }

  /**
   * The methods {@code sampled_gradients} and {@code full_gradients}, without {@link #common}.
   *
   * @param temperature τ of the soft loss
   * @param chunkRows rows whose logits exist at a time
   */
  public static String source(ModelConfig config, double temperature, int chunkRows) {
    String gradient = temperature == 1 ? SAMPLED_GRADIENT : SAMPLED_GRADIENT_TEMPERED;
    String template = SAMPLED.replace("${gradient}", gradient.strip()) + FULL;
    return fill(template, config, temperature, chunkRows);
  }

  /** Rows whose logits fit the cache. */
  public static int chunkRows(ModelConfig config) {
    return Math.max(MIN_CHUNK_ROWS, CHUNK_LOGITS / config.vocabularySize());
  }

  private static String fill(
      String template, ModelConfig config, double temperature, int chunkRows) {
    int tensors = WeightLayout.of(config).slots().size();
    boolean tied = config.tiedEmbeddings();
    String source = template;
    for (Map.Entry<String, String> value :
        Map.of(
                "V", Integer.toString(config.vocabularySize()),
                "chunk", Integer.toString(chunkRows),
                "inverse", Double.toString(1 / temperature),
                "head", Integer.toString(tied ? 0 : tensors - 1),
                "body", Integer.toString(tied ? tensors : tensors - 1),
                "addHead", tied ? "_2 = torch.add_(out[0], gw)" : "_2 = torch.append(out, gw)")
            .entrySet()) {
      source = source.replace("${" + value.getKey() + "}", value.getValue());
    }
    return source;
  }
}
