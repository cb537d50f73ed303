package io.logitstream.distillation.loss;

import io.logitstream.logits.TopKLogits;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.RecomputedLayers;
import io.logitstream.model.decoder.WeightLayout;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Losses and gradients as TorchScript methods over {@link
 * io.logitstream.model.decoder.DecoderProgram}'s.
 *
 * <p>Shapes: B sequences, T positions, D hidden, V vocabulary; N trained positions of the
 * micro-batch ("rows"), E sampled entries in all.
 *
 * <p>The output head is the widest layer, so logits exist for a few hundred rows at a time only,
 * and their gradient is written down, not recorded: d/dz of h·(−log s_y) + Σ_i w_i·(−log s_i) with
 * softmax s is (h + Σ w_i)·s − h·onehot(y) − w. The rest is autograd. Gradients are those of the
 * learned weights ({@link WeightLayout#learned()}), in their order.
 *
 * <ul>
 *   <li>{@code sampled_gradients(tok (B,T), cos, sin, rows (N) or none for all, labels (N), hard
 *       (N), soft (N), entries (E), entry_weights (E), bounds (chunks + 1), ps) -> [−log s(label)
 *       (N), −log s(entry) at τ (E), gradients …]}; entries index the flattened (N, V)
 *   <li>{@code full_gradients(tok, cos, sin, rows, labels, hard, soft, teacher (N,V) float16, scale
 *       (N), shares (K), ps) -> [−log s(label) (N), KL at τ and, unless that is the only
 *       divergence, the K divergences at τ (1 + K, N), gradients …]}; the teacher's distribution at
 *       τ is softmax(teacher · scale)
 *   <li>{@code top_k_gradients(tok, cos, sin, rows, labels, hard, soft, ids (N,k), teacher (N,k+1),
 *       shares (K), ps) -> } the same; teacher has log-probabilities at τ of the ids and, last, of
 *       all others together
 * </ul>
 */
public final class LossProgram {
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
          ${leaves}
        def column(self, x: Tensor, a: int, b: int) -> Tensor:
          return torch.unsqueeze(torch.slice(x, 0, a, b), -1)
        def backward(self, h: Tensor, gh: Tensor, gw: Tensor, qs: List[Tensor]) -> List[Tensor]:
          body = annotate(List[Tensor], [])
          for i in ${body}:
            _0 = torch.append(body, qs[i])
          gs = torch.grad([h], body, annotate(List[Optional[Tensor]], [gh]))
          out = annotate(List[Tensor], [])
          for g in gs:
            _1 = torch.append(out, unchecked_cast(Tensor, g))
          ${addHead}
          return out
      """;

  private static final String LEAVES =
      """
          out = annotate(List[Tensor], [])
          for p in ps:
            _0 = torch.append(out, torch.requires_grad_(torch.detach(p), True))
          return out
      """;

  /** Of what is not learned nothing is recorded, and no gradient is computed. */
  private static final String ADAPTER_LEAVES =
      """
          out = annotate(List[Tensor], [])
          learned = annotate(List[bool], [${learned}])
          for i in range(torch.len(ps)):
            _0 = torch.append(out, torch.requires_grad_(torch.detach(ps[i]), learned[i]))
          return out
      """;

  private LossProgram() {}

  /** Methods that evaluation shares: {@code trained_hidden} and {@code column}. */
  public static String common(ModelConfig config) {
    return fill(COMMON, config, 1, 1);
  }

  /**
   * The methods {@code sampled_gradients}, {@code full_gradients} and {@code top_k_gradients},
   * without {@link #common}.
   *
   * @param chunks how the head is worked through
   * @param recomputed whether the layers are computed again in the backward pass
   */
  public static String source(
      ModelConfig config, ObjectiveSettings objective, HeadChunks chunks, boolean recomputed) {
    double temperature = objective.temperature();
    String gradient =
        temperature == 1 ? LossTemplates.SAMPLED_GRADIENT : LossTemplates.SAMPLED_GRADIENT_TEMPERED;
    StringBuilder soft = new StringBuilder();
    StringBuilder methods = new StringBuilder();
    int outcomes = 1;
    if (objective.isForwardKl()) {
      soft.append(LossTemplates.FULL_FORWARD_KL);
    } else {
      soft.append(LossTemplates.FULL_MIX);
      for (Divergence divergence : objective.divergences()) {
        String index = Integer.toString(outcomes - 1);
        methods.append(
            LossTemplates.DIVERGENCE
                .replace("${k}", index)
                .replace("${fragment}", divergence.fragment()));
        soft.append(LossTemplates.FULL_MIX_TERM.replace("${k}", index));
        outcomes++;
      }
    }
    String template =
        LossTemplates.SAMPLED.replace("${gradient}", gradient.strip())
            + (LossTemplates.FULL + LossTemplates.TOP_K)
                .replace("${soft}", soft.toString().strip())
                .replace("${outcomes}", Integer.toString(outcomes))
            + methods;
    boolean adapted = config.adapter() != null;
    return fill(
        template
                .replace("${headGradient}", headGradient(chunks, adapted).strip())
                .replace("${headSum}", adapted ? LossTemplates.NO_HEAD_SUM : LossTemplates.HEAD_SUM)
                .replace(
                    "${forward}",
                    (recomputed ? LossTemplates.FORWARD_RECOMPUTED : LossTemplates.FORWARD).strip())
                .replace(
                    "${backward}",
                    recomputed ? LossTemplates.BACKWARD_RECOMPUTED : LossTemplates.BACKWARD)
            + (recomputed ? RecomputedLayers.source(config) + LossTemplates.RECOMPUTED : ""),
        config,
        temperature,
        chunks.rows());
  }

  private static String headGradient(HeadChunks chunks, boolean adapted) {
    if (adapted) {
      return LossTemplates.NO_HEAD_GRADIENT;
    }
    return chunks.inPlace() ? LossTemplates.HEAD_GRADIENT_IN_PLACE : LossTemplates.HEAD_GRADIENT;
  }

  private static String numbers(Stream<Integer> numbers) {
    return numbers.map(String::valueOf).collect(Collectors.joining(", "));
  }

  private static String fill(
      String template, ModelConfig config, double temperature, int chunkRows) {
    WeightLayout layout = WeightLayout.of(config);
    int tensors = layout.slots().size();
    boolean tied = config.tiedEmbeddings();
    boolean adapted = config.adapter() != null;
    int[] last = RecomputedLayers.lastWeights(config);
    String source = template.replace("${leaves}", (adapted ? ADAPTER_LEAVES : LEAVES).strip());
    String body = "range(%d)".formatted(tied ? tensors : tensors - 1);
    String addHead = tied ? "_2 = torch.add_(out[0], gw)" : "_2 = torch.append(out, gw)";
    for (Map.Entry<String, String> value :
        Map.ofEntries(
                Map.entry("V", Integer.toString(config.vocabularySize())),
                Map.entry("L", Integer.toString(config.layers())),
                Map.entry("last", Integer.toString(last[0])),
                Map.entry("lastCount", Integer.toString(last[1])),
                Map.entry("lastPlaces", numbers(IntStream.range(0, last[1]).boxed())),
                Map.entry("chunk", Integer.toString(chunkRows)),
                Map.entry("inverse", Double.toString(1 / temperature)),
                Map.entry("head", Integer.toString(tied ? 0 : tensors - 1)),
                Map.entry(
                    "body",
                    adapted
                        ? "annotate(List[int], [%s])".formatted(numbers(layout.learned().stream()))
                        : body),
                Map.entry(
                    "learned",
                    layout.slots().stream()
                        .map(slot -> slot.role().isAdapter() ? "True" : "False")
                        .collect(Collectors.joining(", "))),
                Map.entry("nothing", Float.toString(TopKLogits.LOG_OF_NOTHING)),
                Map.entry("addHead", adapted ? "" : addHead))
            .entrySet()) {
      source = source.replace("${" + value.getKey() + "}", value.getValue());
    }
    return source;
  }
}
