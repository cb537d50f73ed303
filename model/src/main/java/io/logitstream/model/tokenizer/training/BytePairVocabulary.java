package io.logitstream.model.tokenizer.training;

import java.util.List;

/**
 * What was learned.
 *
 * @param special special tokens, which have the first ids
 * @param tokens all tokens, in the order of their ids
 * @param merges the pairs of tokens that become one, the first ones first
 */
public record BytePairVocabulary(List<String> special, List<String> tokens, List<Merge> merges) {
  public BytePairVocabulary {
    special = List.copyOf(special);
    tokens = List.copyOf(tokens);
    merges = List.copyOf(merges);
  }

  /** Two tokens that become one. */
  public record Merge(String first, String second) {}
}
