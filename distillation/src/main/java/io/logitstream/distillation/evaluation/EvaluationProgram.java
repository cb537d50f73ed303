package io.logitstream.distillation.evaluation;

import io.logitstream.distillation.loss.HeadChunks;
import io.logitstream.distillation.loss.LossProgram;
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
      """;

  private EvaluationProgram() {}

  static String source(ModelConfig config) {
    return SOURCE.replace("${chunk}", Integer.toString(HeadChunks.of(config).rows()));
  }
}
