package io.logitstream.distillation.optimizer;

/**
 * Gradient accumulation, its norm, and AdamW as TorchScript methods over lists of float32 tensors
 * in one order.
 *
 * <ul>
 *   <li>{@code accumulate(sums, gs) -> number}: adds in place
 *   <li>{@code gradient_norm(gs) -> float}
 *   <li>{@code scale(gs, factor) -> number}: multiplies in place
 *   <li>{@code adamw(ps, gs, ms, vs, [learning rate, beta1, beta2, epsilon, weight decay, step]) ->
 *       number}: updates weights and moments in place. The lists are the caller's own: an update of
 *       a list that the script has built itself is dropped as dead code
 *   <li>{@code average(averages, ps, share) -> number}: moves each average in place by that share
 *       of its distance from the weight
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
        def scale(self, gs: List[Tensor], factor: float) -> float:
          for g in gs:
            _0 = torch.mul_(g, factor)
          return 0.0
        def adamw(self, ps: List[Tensor], gs: List[Tensor], ms: List[Tensor], vs: List[Tensor], settings: List[float]) -> float:
          steps = annotate(List[Tensor], [])
          for p in ps:
            _0 = torch.append(steps, torch.full([], settings[5], dtype=6, device=ops.prim.device(p)))
          torch._fused_adamw_(ps, gs, ms, vs, annotate(List[Tensor], []), steps, lr=settings[0], beta1=settings[1], beta2=settings[2], weight_decay=settings[4], eps=settings[3], amsgrad=False, maximize=False, grad_scale=None, found_inf=None)
          return 0.0
        def average(self, averages: List[Tensor], ps: List[Tensor], share: float) -> float:
          for i in range(torch.len(ps)):
            _0 = torch.lerp_(averages[i], ps[i], share)
          return 0.0
      """;

  private OptimizerProgram() {}
}
