package io.logitstream.model.decoder;

/**
 * Systematic sampling on the device, as a TorchScript method over {@code distributions}: only M ids
 * a row leave the device, not V probabilities. Integers throughout, so that the draws are those of
 * {@code io.logitstream.logits.SystematicSampler} to the bit, wherever they are made.
 *
 * <p>With C the running sum of the probabilities in multiples of 2^-45, s the whole sum and b =
 * ⌊uniform · s / 2^64⌋, draw j of 1 to M is the first id with M·C + b ≥ j·s. The product of 64 and
 * 46 bits is made of parts that fit: uniform = a·2^32 + b and s = c·2^24 + d.
 *
 * <ul>
 *   <li>{@code draws(h (N,d), labels (N,1), temperature, uniforms (N,1) int64, m, ps) -> ids (N,M)
 *       int32 ascending, sums (N) int64, entropies (N), label log-probabilities (N)}
 * </ul>
 */
final class DrawProgram {
  /** 1 as the sum of a row. */
  static final double SCALE = 0x1p45;

  static final String SOURCE =
      """
        def scaled(self, uniform: Tensor, s: Tensor) -> Tensor:
          a = torch.bitwise_and(torch.bitwise_right_shift(uniform, 32), 4294967295)
          b = torch.bitwise_and(uniform, 4294967295)
          c = torch.bitwise_right_shift(s, 24)
          d = torch.bitwise_and(s, 16777215)
          ac = a * c
          ad = a * d
          low = b * c + torch.bitwise_right_shift(b * d, 24)
          low = low + torch.bitwise_left_shift(torch.bitwise_and(ac, 255), 32)
          low = low + torch.bitwise_left_shift(torch.bitwise_and(ad, 4294967295), 8)
          return torch.bitwise_right_shift(ac, 8) + torch.bitwise_right_shift(ad, 32) + torch.bitwise_right_shift(low, 40)
        def draws(self, h: Tensor, labels: Tensor, temperature: float, uniforms: Tensor, m: int, ps: List[Tensor]) -> List[Tensor]:
          d = self.distributions(h, labels, temperature, ps)
          q = torch.to(torch.round(torch.mul(torch.to(d[0], 7), 35184372088832.)), 4)
          c = torch.cumsum(q, 1)
          v = torch.size(c, 1)
          s = torch.slice(c, 1, v - 1, v)
          j = torch.arange(1, m + 1, dtype=4, device=ops.prim.device(c))
          reached = torch.sub(torch.mul(s, j), self.scaled(uniforms, s))
          ids = torch.searchsorted(c, torch.floor_divide(torch.add(reached, m - 1), m), out_int32=True)
          return [ids, torch.squeeze(s, 1), d[1], d[2]]
      """;

  private DrawProgram() {}
}
