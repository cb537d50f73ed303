package io.logitstream.model.scoring;

import io.logitstream.model.decoder.Decoder;
import io.logitstream.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Teacher-forced scoring of a text: the log-probability of every token, given those before it.
 *
 * <p>A text longer than the model's positions is scored in windows that overlap by half, so that
 * every token but the first ones has at least half a window of context.
 */
public final class TextScorer {
  private final Decoder decoder;
  private final Tokenizer tokenizer;

  public TextScorer(Decoder decoder, Tokenizer tokenizer) {
    this.decoder = decoder;
    this.tokenizer = tokenizer;
  }

  /**
   * Scores a text.
   *
   * @throws IllegalArgumentException if the text has no token to predict
   */
  public TextScore score(String text) {
    int[] content = tokenizer.encode(text);
    int[] ids =
        tokenizer.bos().isPresent()
            ? IntStream.concat(IntStream.of(tokenizer.bos().getAsInt()), Arrays.stream(content))
                .toArray()
            : content;
    if (ids.length < 2) {
      throw new IllegalArgumentException(
          "the text has %d tokens, expected at least 2".formatted(ids.length));
    }
    List<Double> logProbabilities = logProbabilities(ids);
    double nats = -logProbabilities.stream().mapToDouble(Double::doubleValue).sum();
    double crossEntropy = nats / logProbabilities.size();
    return new TextScore(
        Arrays.stream(ids).boxed().toList(),
        logProbabilities,
        crossEntropy,
        Math.exp(crossEntropy),
        nats / Math.log(2) / scoredBytes(text, content));
  }

  private List<Double> logProbabilities(int[] ids) {
    List<Double> logProbabilities = new ArrayList<>(ids.length - 1);
    for (ScoringWindow window : ScoringWindow.of(ids, decoder.config().maxPositions())) {
      decoder.score(
          new int[][] {window.tokens()},
          window.positions(),
          1f,
          (row, probabilities, offset, entropy, label) -> logProbabilities.add((double) label));
    }
    return logProbabilities;
  }

  /**
   * UTF-8 bytes of the scored tokens: without a beginning-of-text token, the first token is not
   * scored.
   */
  private int scoredBytes(String text, int[] content) {
    int all = text.getBytes(StandardCharsets.UTF_8).length;
    if (tokenizer.bos().isPresent()) {
      return all;
    }
    return all - tokenizer.utf8Length(content[0]);
  }
}
