package io.logitstream.distillation.optimizer;

/**
 * Muon for the matrices of layers; tables, norms and biases keep AdamW. A matrix's momentum m ← μ·m
 * + g is looked ahead, u = g + μ·m, and what is taken is a step along the nearest orthogonal
 * matrix, w ← w − η·0.2·√max(rows, columns)·orth(u) (Jordan et al. 2024). The scale gives updates
 * the size of AdamW's, so that both share a learning rate and a weight decay (Liu et al.,
 * arXiv:2502.16982). orth is five Newton–Schulz iterations, which bring singular values to between
 * about 0.7 and 1.2.
 *
 * @param momentum μ, from 0 to below 1
 */
public record Muon(double momentum) {
  public Muon {
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException("momentum %s, expected >= 0 and < 1".formatted(momentum));
    }
  }
}
