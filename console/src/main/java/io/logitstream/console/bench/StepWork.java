package io.logitstream.console.bench;

import io.logitstream.model.decoder.ModelConfig;

/** The arithmetic of a pass over a decoder, in floating-point operations. */
final class StepWork {
  private StepWork() {}

  /**
   * Forward and backward pass over sequences of T positions, 6·N a token and 6·L·H·E·T for causal
   * attention (Chowdhery et al., PaLM, arXiv:2204.02311, appendix B, halved: half of the scores are
   * masked). N are the parameters that are multiplied: the embedding's rows are looked up.
   */
  static double training(ModelConfig config, long tokens, int positions) {
    return 3 * forward(config, tokens, positions);
  }

  /** The forward pass alone. */
  static double forward(ModelConfig config, long tokens, int positions) {
    long table = (long) config.vocabularySize() * config.hiddenSize();
    long multiplied = config.parameters() - (config.tiedEmbeddings() ? 0 : table);
    double attention =
        2.0 * config.layers() * config.attentionHeads() * config.headSize() * positions;
    return tokens * (2.0 * multiplied + attention);
  }
}
