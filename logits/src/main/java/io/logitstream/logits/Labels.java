package io.logitstream.logits;

import java.util.Arrays;

/**
 * Tokens alone, for training on hard labels.
 *
 * @param tokens T + 1 token ids, at least 2
 */
public record Labels(int[] tokens) implements SparseLogits {
  public Labels {
    Checks.tokens(tokens, Integer.MAX_VALUE);
  }

  @Override
  public int rows() {
    return 0;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Labels labels && Arrays.equals(tokens, labels.tokens);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(tokens);
  }

  @Override
  public String toString() {
    return "Labels[tokens=%d]".formatted(tokens.length);
  }
}
