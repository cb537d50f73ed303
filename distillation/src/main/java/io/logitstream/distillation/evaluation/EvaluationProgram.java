package io.logitstream.distillation.evaluation;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossProgram;
import io.logitstream.logits.TopKLogits;
import io.logitstream.model.decoder.ModelConfig;

/**
 * Evaluation as TorchScript methods over {@link io.logitstream.model.decoder.DecoderProgram}'s and
 * {@link LossProgram#common}.
 *
 * <ul>
 *   <li>{@code evaluate_labels(tok (B,T), cos, sin, rows, labels (N), ps) -> (N, 1) float64}:
 *       cross-entropies
 *   <li>{@code evaluate_full(tok, cos, sin, rows, labels, teacher (N,V) float16, scale (N), ps) ->
 *       (N, 5) float64}: cross-entropy, forward KL, top-1 agreement, acceptance, teacher's
 *       cross-entropy of each row
 *   <li>{@code evaluate_top_k(tok, cos, sin, rows, labels, ids (N,k), teacher (N,k+1), ps) -> (N,
 *       5) float64}: the same over k + 1 outcomes, the student's tail gathered as the teacher's is.
 *       By the data processing inequality the KL of gathered outcomes is at most the whole one, and
 *       Σ min(p, s) at least; a label in the tail has at most the tail's probability
 * </ul>
 */
final class EvaluationProgram {
  private static final String SOURCE =
      """
        def row(self, x: Tensor) -> Tensor:
          return torch.to(torch.reshape(x, [-1]), 7)
        def evaluate_labels(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, ps: List[Tensor]) -> Tensor:
          h = self.trained_hidden(tok, cos, sin, rows, ps)
          n = torch.size(h, 0)
          parts = annotate(List[Tensor], [])
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            lp = torch.log_softmax(self.head(torch.slice(h, 0, a, b), ps), -1)
            _0 = torch.append(parts, torch.unsqueeze(self.row(torch.neg(torch.gather(lp, -1, self.column(labels, a, b)))), -1))
          return torch.cat(parts)
        def evaluate_full(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, teacher: Tensor, scale: Tensor, ps: List[Tensor]) -> Tensor:
          h = self.trained_hidden(tok, cos, sin, rows, ps)
          n = torch.size(h, 0)
          parts = annotate(List[Tensor], [])
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            y = self.column(labels, a, b)
            z = self.head(torch.slice(h, 0, a, b), ps)
            t = torch.to(torch.slice(teacher, 0, a, b), 6) * self.column(scale, a, b)
            lp = torch.log_softmax(z, -1)
            tp = torch.log_softmax(t, -1)
            p = torch.exp(tp)
            agreement = torch.eq(torch.argmax(z, -1), torch.argmax(t, -1))
            kl = torch.sum(p * (tp - lp), [-1])
            acceptance = torch.sum(torch.minimum(p, torch.exp(lp)), [-1])
            _0 = torch.append(parts, torch.stack([self.row(torch.neg(torch.gather(lp, -1, y))), self.row(kl), self.row(agreement), self.row(acceptance), self.row(torch.neg(torch.gather(tp, -1, y)))], -1))
          return torch.cat(parts)
        def evaluate_top_k(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, ids: Tensor, teacher: Tensor, ps: List[Tensor]) -> Tensor:
          h = self.trained_hidden(tok, cos, sin, rows, ps)
          n = torch.size(h, 0)
          k = torch.size(ids, 1)
          parts = annotate(List[Tensor], [])
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            y = self.column(labels, a, b)
            z = self.head(torch.slice(h, 0, a, b), ps)
            at_ids = torch.slice(ids, 0, a, b)
            tp = torch.slice(teacher, 0, a, b)
            lp = torch.log_softmax(z, -1)
            cross_entropy = torch.neg(torch.gather(lp, -1, y))
            top = torch.gather(lp, -1, at_ids)
            _0 = torch.scatter_(lp, -1, at_ids, ${nothing})
            lt = torch.cat([top, torch.logsumexp(lp, [-1], True)], -1)
            p = torch.exp(tp)
            likeliest = torch.gather(at_ids, -1, torch.unsqueeze(torch.argmax(torch.slice(tp, 1, 0, k), -1), -1))
            agreement = torch.eq(torch.unsqueeze(torch.argmax(z, -1), -1), likeliest)
            kl = torch.sum(p * (tp - lt), [-1])
            acceptance = torch.sum(torch.minimum(p, torch.exp(lt)), [-1])
            least = torch.clamp_min(tp, ${least})
            of_label = torch.to(torch.eq(at_ids, y), 6)
            inside = torch.sum(of_label * torch.slice(least, 1, 0, k), [-1], True)
            outside = torch.rsub(torch.sum(of_label, [-1], True), 1.) * torch.slice(least, 1, k, k + 1)
            _1 = torch.append(parts, torch.stack([self.row(cross_entropy), self.row(kl), self.row(agreement), self.row(acceptance), self.row(torch.neg(inside + outside))], -1))
          return torch.cat(parts)
      """;

  private EvaluationProgram() {}

  static String source(ModelConfig config) {
    return SOURCE
        .replace("${chunk}", Integer.toString(HeadChunks.of(config).rows()))
        .replace("${nothing}", Float.toString(TopKLogits.LOG_OF_NOTHING))
        .replace("${least}", Double.toString(-TopKLogits.NOTHING * TopKLogits.STEP));
  }
}
