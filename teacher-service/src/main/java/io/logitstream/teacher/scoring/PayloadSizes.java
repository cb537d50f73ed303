package io.logitstream.teacher.scoring;

import io.logitstream.logits.SparseLogitsCodec;

/**
 * How many bytes payloads take at most, before they are coded.
 *
 * @param vocabularySize V
 * @param topK ids of a TOP_K position
 * @param draws of a SAMPLED position
 */
public record PayloadSizes(int vocabularySize, int topK, int draws) {
  /**
   * The most bytes of a window.
   *
   * @param tokens T + 1 of them
   */
  public long bytes(TeacherEncoding encoding, int tokens) {
    return switch (encoding) {
      case LABELS -> 4L * tokens;
      case FULL -> SparseLogitsCodec.fullPayloadBytes(tokens, vocabularySize);
      case TOP_K -> SparseLogitsCodec.topKPayloadBytes(tokens, vocabularySize, topK);
      case SAMPLED -> SparseLogitsCodec.sampledPayloadBytes(tokens, vocabularySize, draws);
    };
  }
}
