package io.logitstream.model.tokenizer.training;

/** A word as the tokens that it consists of so far. */
final class Word {
  private final long count;
  private final int[] tokens;
  private int length;

  Word(int[] tokens, long count) {
    this.tokens = tokens;
    this.length = tokens.length;
    this.count = count;
  }

  /** Told of pairs that came into being or went. */
  interface Changes {
    void changed(int first, int second, long by);
  }

  /** Tells of the pairs as they stand. */
  void pairs(Changes changes) {
    for (int i = 0; i + 1 < length; i++) {
      changes.changed(tokens[i], tokens[i + 1], count);
    }
  }

  /**
   * Replaces a pair wherever it stands, from left to right. Only its neighbours' pairs are told of:
   * the pair itself is not counted down.
   */
  void merge(int first, int second, int merged, Changes changes) {
    int written = 0;
    for (int read = 0; read < length; read++, written++) {
      if (tokens[read] != first || read + 1 == length || tokens[read + 1] != second) {
        tokens[written] = tokens[read];
        continue;
      }
      tokens[written] = merged;
      if (written > 0) {
        changes.changed(tokens[written - 1], first, -count);
        changes.changed(tokens[written - 1], merged, count);
      }
      read++;
      if (read + 1 < length) {
        changes.changed(second, tokens[read + 1], -count);
        changes.changed(merged, tokens[read + 1], count);
      }
    }
    length = written;
  }
}
