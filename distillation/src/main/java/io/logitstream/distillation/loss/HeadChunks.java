package io.logitstream.distillation.loss;

import io.logitstream.model.decoder.ModelConfig;

/**
 * How the output head, the widest layer, is worked through: its logits exist for a chunk of rows at
 * a time only.
 *
 * @param rows rows of a chunk
 * @param inPlace whether each chunk's gradient of the head is added to the sum as it is computed;
 *     otherwise it is a tensor of its own first
 */
public record HeadChunks(int rows, boolean inPlace) {
  /** Logits of one chunk: 8 MiB in float32, which stays in the last-level cache. */
  private static final int LOGITS = 1 << 21;

  /**
   * Each chunk reads and writes the whole gradient of the head: with a large vocabulary fewer,
   * wider chunks pay.
   */
  private static final int ROWS_MIN = 128;

  public HeadChunks {
    if (rows < 1) {
      throw new IllegalArgumentException("chunks of %d rows, expected >= 1".formatted(rows));
    }
  }

  /** Rows whose logits fit the cache; for vocabularies over 16,384 a fixed number, in place. */
  public static HeadChunks of(ModelConfig config) {
    int rows = LOGITS / config.vocabularySize();
    return new HeadChunks(Math.max(ROWS_MIN, rows), rows < ROWS_MIN);
  }
}
