package io.logitstream.distillation.optimizer;

/**
 * Gradient accumulation, its norm, and AdamW as TorchScript methods over lists of float32 tensors
 * in one order.
 *
 * <ul>
 *   <li>{@code accumulate(sums, gs) -> number}: adds in place
 *   <li>{@code gradient_norm(gs) -> float}
 *   <li>{@code adamw(ps, gs, ms, vs, [learning rate, beta1, beta2, epsilon, weight decay, step,
 *       factor on the gradient]) -> number}: updates weights and moments in place; tensors of one
 *       dimension do not decay
 * </ul>
 */
public final class OptimizerProgram {
  /** The methods. */
  public static final String SOURCE =
      """
        def accumulate(self, sums: List[Tensor], gs: List[Tensor]) -> float:
          for i in range(torch.len(gs)):
            _0 = torch.add_(sums[i], gs[i])
          return 0.0
        def gradient_norm(self, gs: List[Tensor]) -> float:
          total = torch.zeros([], dtype=7)
          for g in gs:
            norm = torch.to(torch.linalg_vector_norm(g, 2, None, False, dtype=None), 7)
            total = total + norm * norm
          return float(torch.sqrt(total))
        def adamw(self, ps: List[Tensor], gs: List[Tensor], ms: List[Tensor], vs: List[Tensor], settings: List[float]) -> float:
          if torch.ne(settings[6], 1.0):
            for g in gs:
              _0 = torch.mul_(g, settings[6])
          _1 = self.adamw_of_rank(True, settings[4], ps, gs, ms, vs, settings)
          _2 = self.adamw_of_rank(False, 0.0, ps, gs, ms, vs, settings)
          return 0.0
        def adamw_of_rank(self, matrices: bool, decay: float, ps: List[Tensor], gs: List[Tensor], ms: List[Tensor], vs: List[Tensor], settings: List[float]) -> float:
          p = annotate(List[Tensor], [])
          g = annotate(List[Tensor], [])
          m = annotate(List[Tensor], [])
          v = annotate(List[Tensor], [])
          steps = annotate(List[Tensor], [])
          for i in range(torch.len(ps)):
            if torch.eq(torch.gt(torch.dim(ps[i]), 1), matrices):
              _0 = torch.append(p, ps[i])
              _1 = torch.append(g, gs[i])
              _2 = torch.append(m, ms[i])
              _3 = torch.append(v, vs[i])
              _4 = torch.append(steps, torch.full([], settings[5], dtype=6))
          torch._fused_adamw_(p, g, m, v, annotate(List[Tensor], []), steps, lr=settings[0], beta1=settings[1], beta2=settings[2], weight_decay=decay, eps=settings[3], amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
          return 0.0
      """;

  private OptimizerProgram() {}
}
