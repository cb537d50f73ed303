package io.logitstream.logits;

/** The invariants that all sparse logits share. */
final class Checks {
  private Checks() {}

  static void tokens(int[] tokens, int vocabularySize) {
    if (tokens.length < 2) {
      throw new IllegalArgumentException(
          "%d tokens, expected at least 2: one to read and one to predict"
              .formatted(tokens.length));
    }
    for (int position = 0; position < tokens.length; position++) {
      if (tokens[position] < 0 || tokens[position] >= vocabularySize) {
        throw new IllegalArgumentException(
            "token %d is %d, expected an id from 0 to %d"
                .formatted(position, tokens[position], vocabularySize - 1));
      }
    }
  }

  static void vocabularySize(int vocabularySize) {
    if (vocabularySize < 1) {
      throw new IllegalArgumentException(
          "vocabulary size %d, expected at least 1".formatted(vocabularySize));
    }
  }

  static void rows(int rows, int tokens) {
    if (rows < 0 || rows >= tokens) {
      throw new IllegalArgumentException(
          "%d rows for %d tokens, expected from 0 to %d".formatted(rows, tokens, tokens - 1));
    }
  }
}
