package io.logitstream.distillation.optimizer;

/**
 * {@link Muon} as a TorchScript method over lists of float32 matrices in one order.
 *
 * <ul>
 *   <li>{@code muon(ps, gs, ms, [learning rate, momentum, weight decay]) -> number}: updates
 *       weights and momenta in place
 *   <li>{@code orthogonal(u (n,m)) -> (n,m)}: singular vectors of u, singular values of about 1
 * </ul>
 */
public final class MuonProgram {
  /** The methods. */
  public static final String SOURCE =
      """
        def orthogonal(self, u: Tensor) -> Tensor:
          tall = torch.gt(torch.size(u, 0), torch.size(u, 1))
          if tall:
            x = torch.transpose(u, 0, 1)
          else:
            x = u
          x = torch.div(x, torch.linalg_vector_norm(x, 2, None, False, dtype=None) + 1e-30)
          for i in range(5):
            a = torch.matmul(x, torch.transpose(x, 0, 1))
            b = torch.addmm(a, a, a, beta=-4.7750, alpha=2.0315)
            x = torch.addmm(x, b, x, beta=3.4445, alpha=1)
          if tall:
            x = torch.transpose(x, 0, 1)
          else:
            x = x
          return x
        def muon(self, ps: List[Tensor], gs: List[Tensor], ms: List[Tensor], settings: List[float]) -> float:
          for i in range(torch.len(ps)):
            m = torch.add_(torch.mul_(ms[i], settings[1]), gs[i])
            step = self.orthogonal(torch.add(gs[i], m, alpha=settings[1]))
            scale = 0.2 * torch.sqrt(float(ops.prim.max(torch.size(m, 0), torch.size(m, 1))))
            w = torch.mul_(ps[i], 1. - settings[0] * settings[2])
            _0 = torch.add_(w, step, alpha=-1. * settings[0] * scale)
          return 0.0
      """;

  private MuonProgram() {}
}
