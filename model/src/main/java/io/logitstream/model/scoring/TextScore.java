package io.logitstream.model.scoring;

import java.util.List;

/**
 * What a model makes of a text.
 *
 * @param ids the text's tokens, with the beginning-of-text token where the tokenizer has one
 * @param logProbabilities natural logarithm of the probability of every token after the first
 * @param crossEntropy mean of −logProbabilities, in nats a token
 * @param perplexity e to the cross-entropy
 * @param bitsPerByte bits to code the text, over the UTF-8 bytes of the scored tokens
 */
public record TextScore(
    List<Integer> ids,
    List<Double> logProbabilities,
    double crossEntropy,
    double perplexity,
    double bitsPerByte) {
  public TextScore {
    ids = List.copyOf(ids);
    logProbabilities = List.copyOf(logProbabilities);
  }
}
