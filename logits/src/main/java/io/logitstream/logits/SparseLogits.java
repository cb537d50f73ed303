package io.logitstream.logits;

/**
 * What a payload holds once decoded: the tokens of a window, and for each trained position, in
 * order, the teacher's distribution of the next token.
 *
 * <p>Arrays that accessors return are shared, not copied: they are read, never written to.
 */
public sealed interface SparseLogits permits Labels, FullLogits, TopKLogits, SampledLogits {
  /** The tokens, T + 1 of them: position t of T predicts token t + 1. */
  int[] tokens();

  /** Number of trained positions that carry a distribution; 0 for {@link Labels}. */
  int rows();
}
