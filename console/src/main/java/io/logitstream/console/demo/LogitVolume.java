package io.logitstream.console.demo;

/**
 * How many records of logits there are, and how large.
 *
 * @param tokens positions that carry a distribution or a label
 * @param bytes bytes of the records' values
 */
record LogitVolume(long records, long tokens, long bytes) {
  static final LogitVolume NONE = new LogitVolume(0, 0, 0);

  LogitVolume plus(long recordTokens, int recordBytes) {
    return new LogitVolume(records + 1, tokens + recordTokens, bytes + recordBytes);
  }

  /** Bytes a token; NaN where there are none. */
  double bytesPerToken() {
    return tokens == 0 ? Double.NaN : (double) bytes / tokens;
  }
}
