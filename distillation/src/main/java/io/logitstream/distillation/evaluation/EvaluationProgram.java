package io.logitstream.distillation.evaluation;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossProgram;
import io.logitstream.model.decoder.ModelConfig;

/**
 * Evaluation as TorchScript methods over {@link io.logitstream.model.decoder.DecoderProgram}'s and
 * {@link LossProgram#common}.
 *
 * <ul>
 *   <li>{@code evaluate_labels(tok (B,T), cos, sin, rows, labels (N), ps) -> (1) float64}: the
 *       cross-entropy's sum
 *   <li>{@code evaluate_full(tok, cos, sin, rows, labels, teacher (N,V) float16, scale (N), ps) ->
 *       (5) float64}: sums of cross-entropy, forward KL, top-1 agreement, acceptance, teacher's
 *       cross-entropy
 * </ul>
 */
final class EvaluationProgram {
  private static final String SOURCE =
      """
        def total(self, x: Tensor) -> Tensor:
          return torch.sum(torch.to(x, 7))
        def evaluate_labels(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, ps: List[Tensor]) -> Tensor:
          h = self.trained_hidden(tok, cos, sin, rows, ps)
          n = torch.size(h, 0)
          sums = torch.zeros([1], dtype=7, device=ops.prim.device(h))
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            lp = torch.log_softmax(self.head(torch.slice(h, 0, a, b), ps), -1)
            sums = sums - self.total(torch.gather(lp, -1, self.column(labels, a, b)))
          return sums
        def evaluate_full(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, teacher: Tensor, scale: Tensor, ps: List[Tensor]) -> Tensor:
          h = self.trained_hidden(tok, cos, sin, rows, ps)
          n = torch.size(h, 0)
          sums = torch.zeros([5], dtype=7, device=ops.prim.device(h))
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
            sums = sums + torch.stack([torch.neg(self.total(torch.gather(lp, -1, y))), self.total(kl), self.total(agreement), self.total(acceptance), torch.neg(self.total(torch.gather(tp, -1, y)))])
          return sums
      """;

  private EvaluationProgram() {}

  static String source(ModelConfig config) {
    return SOURCE.replace("${chunk}", Integer.toString(HeadChunks.of(config).rows()));
  }
}
