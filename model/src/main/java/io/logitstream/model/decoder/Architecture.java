package io.logitstream.model.decoder;

import org.jspecify.annotations.Nullable;

/**
 * What a decoder computes, beside its sizes. A block's program text and its weights' names follow
 * from it ({@link Block}).
 */
public sealed interface Architecture {

  /** Whose keys config.json has. */
  Family family();

  /**
   * Llama and its descendants: rotary positions, RMSNorm before attention and before a gated
   * feed-forward layer.
   *
   * @param family LLAMA, MISTRAL, QWEN2 or QWEN3
   * @param rope the rotary embedding
   * @param activation of the gate
   * @param queryKeyValueBias whether the projections into attention have biases
   * @param outputBias whether the projection out of attention has one
   * @param feedForwardBias whether the feed-forward matrices have them
   * @param headNorms whether each head's queries and keys are normed before they turn
   * @param window the sliding window of some layers; null where all see everything
   */
  record Llama(
      @Override Family family,
      Rope rope,
      Activation activation,
      boolean queryKeyValueBias,
      boolean outputBias,
      boolean feedForwardBias,
      boolean headNorms,
      @Nullable SlidingWindow window)
      implements Architecture {
    public Llama {
      if (family == Family.GPT2) {
        throw new IllegalArgumentException("family is GPT2, expected a descendant of Llama");
      }
    }

    /** Llama as it was published. */
    public static Llama plain(double ropeTheta) {
      return new Llama(
          Family.LLAMA, Rope.plain(ropeTheta), Activation.SILU, false, false, false, false, null);
    }
  }

  /**
   * GPT-2: learned positions, LayerNorm, biases everywhere, queries, keys and values from one
   * matrix, a plain feed-forward layer. Matrices are stored (in, out).
   *
   * @param activation of the feed-forward layer
   */
  record Gpt2(Activation activation) implements Architecture {
    @Override
    public Family family() {
      return Family.GPT2;
    }
  }
}
