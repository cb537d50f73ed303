package io.logitstream.teacher.batching;

import java.util.List;

/**
 * A piece of a text that is scored and trained on as one sequence.
 *
 * @param index place among the windows of its prompt, from 0
 * @param tokens T + 1 tokens: position t predicts token t + 1
 * @param trained the trained positions, ascending; the others are context
 */
public record Window(int index, int[] tokens, List<PositionRange> trained) {
  public Window {
    trained = List.copyOf(trained);
    if (trained.isEmpty() || trained.get(trained.size() - 1).end() >= tokens.length) {
      throw new IllegalArgumentException(
          "window %d trains %s of %d positions".formatted(index, trained, tokens.length - 1));
    }
  }

  /** T, the number of tokens that a model reads. */
  public int positions() {
    return tokens.length - 1;
  }

  /** Number of trained positions. */
  public int trainedPositions() {
    return trained.stream().mapToInt(PositionRange::length).sum();
  }
}
