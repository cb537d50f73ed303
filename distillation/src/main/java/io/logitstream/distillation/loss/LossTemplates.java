package io.logitstream.distillation.loss;

/** The parts that {@link LossProgram} puts together. */
final class LossTemplates {
  static final String SAMPLED =
      """
        def sampled_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, hard: Tensor, soft: Tensor, entries: Tensor, entry_weights: Tensor, bounds: Tensor, ps: List[Tensor]) -> List[Tensor]:
          qs = self.leaves(ps)
          ${forward}
          n = torch.size(d, 0)
          gh = torch.zeros_like(d)
          gw = ${headSum}
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
            ${headGradient}
          ${backward}
          torch.insert(out, 0, entry_losses)
          torch.insert(out, 0, cross_entropies)
          return out
      """;

  /** Where hard and soft loss share a temperature they share a softmax. */
  static final String SAMPLED_GRADIENT =
      """
            _1 = torch.copy_(torch.slice(entry_losses, 0, e0, e1), torch.neg(torch.index_select(torch.view(lp, [-1]), 0, at)))
            g = torch.mul_(torch.exp_(lp), hw + sw)
            _4 = torch.index_add_(torch.view(g, [-1]), 0, at, torch.neg(ew))
            _5 = torch.scatter_add_(g, 1, y, torch.neg(hw))
      """;

  static final String SAMPLED_GRADIENT_TEMPERED =
      """
            lt = torch.log_softmax(torch.detach(z) * ${inverse}, -1)
            _1 = torch.copy_(torch.slice(entry_losses, 0, e0, e1), torch.neg(torch.index_select(torch.view(lt, [-1]), 0, at)))
            g = torch.mul_(torch.exp_(lt), sw * ${inverse})
            _4 = torch.index_add_(torch.view(g, [-1]), 0, at, torch.neg(ew) * ${inverse})
            _5 = torch.add_(g, torch.mul_(torch.exp_(lp), hw))
            _6 = torch.scatter_add_(g, 1, y, torch.neg(hw))
      """;

  static final String FULL =
      """
        def full_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, hard: Tensor, soft: Tensor, teacher: Tensor, scale: Tensor, shares: Tensor, ps: List[Tensor]) -> List[Tensor]:
          qs = self.leaves(ps)
          ${forward}
          n = torch.size(d, 0)
          gh = torch.zeros_like(d)
          gw = ${headSum}
          cross_entropies = torch.zeros_like(hard)
          divergences = torch.zeros([${outcomes}, n], dtype=6, device=ops.prim.device(d))
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
            _1 = torch.copy_(torch.slice(torch.select(divergences, 0, 0), 0, a, b), torch.sum(p * (tp - lt), [-1]))
            ${soft}
            _4 = torch.add_(g, torch.mul_(torch.exp_(lp), hw))
            _5 = torch.scatter_add_(g, 1, y, torch.neg(hw))
            ${headGradient}
          ${backward}
          torch.insert(out, 0, divergences)
          torch.insert(out, 0, cross_entropies)
          return out
      """;

  /**
   * The student's outcomes are its k ids and, as one, all others: of the tail's share of the
   * gradient each id there has as much as of the tail's probability.
   */
  static final String TOP_K =
      """
        def top_k_gradients(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, labels: Tensor, hard: Tensor, soft: Tensor, ids: Tensor, teacher: Tensor, shares: Tensor, ps: List[Tensor]) -> List[Tensor]:
          qs = self.leaves(ps)
          ${forward}
          n = torch.size(d, 0)
          k = torch.size(ids, 1)
          gh = torch.zeros_like(d)
          gw = ${headSum}
          cross_entropies = torch.zeros_like(hard)
          divergences = torch.zeros([${outcomes}, n], dtype=6, device=ops.prim.device(d))
          for i in range(torch.floordiv(n + ${chunk} - 1, ${chunk})):
            a = i * ${chunk}
            b = ops.prim.min(a + ${chunk}, n)
            x = torch.requires_grad_(torch.detach(torch.slice(d, 0, a, b)), True)
            z = self.head(x, qs)
            y = self.column(labels, a, b)
            hw = self.column(hard, a, b)
            sw = self.column(soft, a, b)
            at_ids = torch.slice(ids, 0, a, b)
            tp = torch.slice(teacher, 0, a, b)
            lp = torch.log_softmax(torch.detach(z), -1)
            lv = torch.log_softmax(torch.detach(z) * ${inverse}, -1)
            _0 = torch.copy_(torch.slice(cross_entropies, 0, a, b), torch.neg(torch.squeeze(torch.gather(lp, -1, y), -1)))
            li = torch.gather(lv, -1, at_ids)
            _6 = torch.scatter_(lv, -1, at_ids, ${nothing})
            tail = torch.logsumexp(lv, [-1], True)
            lt = torch.cat([li, tail], -1)
            p = torch.exp(tp)
            _1 = torch.copy_(torch.slice(torch.select(divergences, 0, 0), 0, a, b), torch.sum(p * (tp - lt), [-1]))
            ${soft}
            gv = torch.mul_(torch.exp_(torch.sub_(lv, tail)), torch.slice(g, 1, k, k + 1))
            _7 = torch.scatter_(gv, -1, at_ids, torch.slice(g, 1, 0, k))
            g = gv
            _4 = torch.add_(g, torch.mul_(torch.exp_(lp), hw))
            _5 = torch.scatter_add_(g, 1, y, torch.neg(hw))
            ${headGradient}
          ${backward}
          torch.insert(out, 0, divergences)
          torch.insert(out, 0, cross_entropies)
          return out
      """;

  static final String HEAD_GRADIENT =
      """
            zs = torch.grad([z], [x, qs[${head}]], annotate(List[Optional[Tensor]], [g]))
            _2 = torch.copy_(torch.slice(gh, 0, a, b), unchecked_cast(Tensor, zs[0]))
            _3 = torch.add_(gw, unchecked_cast(Tensor, zs[1]))
      """;

  static final String HEAD_SUM = "torch.zeros_like(ps[${head}])";

  /** A head that is not learned has no gradient. */
  static final String NO_HEAD_GRADIENT =
      "_2 = torch.copy_(torch.slice(gh, 0, a, b), torch.matmul(g, ps[${head}]))";

  static final String NO_HEAD_SUM = "torch.zeros([0], dtype=6)";

  static final String FORWARD =
      """
          h = self.trained_hidden(tok, cos, sin, rows, qs)
          d = torch.detach(h)
      """;

  static final String BACKWARD = "out = self.backward(h, gh, gw, qs)";

  static final String FORWARD_RECOMPUTED =
      """
          c = torch.slice(cos, 0, 0, torch.size(tok, 1))
          t = torch.slice(sin, 0, 0, torch.size(tok, 1))
          xs = self.layer_inputs(tok, c, t, ps)
          d = self.trained_rows(self.final_norm(xs[${L}], ps), rows)
      """;

  static final String BACKWARD_RECOMPUTED =
      "out = self.backward_recomputed(tok, c, t, rows, xs, gh, gw, qs)";

  static final String RECOMPUTED =
      """
        def backward_recomputed(self, tok: Tensor, cos: Tensor, sin: Tensor, rows: Tensor, xs: List[Tensor], gh: Tensor, gw: Tensor, qs: List[Tensor]) -> List[Tensor]:
          x = torch.requires_grad_(torch.detach(xs[${L}]), True)
          y = self.trained_rows(self.final_norm(x, qs), rows)
          gs = self.gradients_through(y, x, gh, qs, ${last}, annotate(List[int], [${lastPlaces}]))
          out = self.layer_gradients(tok, cos, sin, xs, gs[0], qs)
          for k in range(${lastCount}):
            _0 = torch.append(out, gs[1 + k])
          ${addHead}
          return out
      """;

  /** The same without a gradient of the whole head for each chunk, which then is the largest. */
  static final String HEAD_GRADIENT_IN_PLACE =
      """
            _2 = torch.copy_(torch.slice(gh, 0, a, b), torch.matmul(g, ps[${head}]))
            _3 = torch.addmm_(gw, torch.t(g), torch.detach(x))
      """;

  /** Alone, forward KL needs no more than two softmaxes. */
  static final String FULL_FORWARD_KL =
      "g = torch.mul_(torch.sub_(torch.exp_(lt), p), sw * ${inverse})";

  static final String FULL_MIX =
      """
            s = torch.exp(lt)
            g = torch.zeros_like(lt)
            at = sw * ${inverse}
      """;

  static final String FULL_MIX_TERM =
      """
            r${k} = self.divergence_${k}(p, s, tp, lt)
            _d${k} = torch.copy_(torch.slice(torch.select(divergences, 0, ${k} + 1), 0, a, b), r${k}[0])
            _g${k} = torch.add_(g, torch.mul_(r${k}[1], at * torch.select(shares, 0, ${k})))
      """;

  static final String DIVERGENCE =
      """
        def divergence_${k}(self, p: Tensor, s: Tensor, tp: Tensor, ls: Tensor) -> List[Tensor]:
      ${fragment}    return [value, gradient]
      """;

  private LossTemplates() {}
}
