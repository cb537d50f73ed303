package io.logitstream.model.decoder;

import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Some layers see only the newest tokens.
 *
 * @param tokens how many, the token itself included
 * @param layers which layers, from 0
 */
public record SlidingWindow(int tokens, SortedSet<Integer> layers) {
  public SlidingWindow {
    if (tokens < 1) {
      throw new UnsupportedModelException(
          "sliding_window is %d, expected a positive number".formatted(tokens));
    }
    layers = new TreeSet<>(layers);
    if (layers.isEmpty() || layers.first() < 0) {
      throw new UnsupportedModelException(
          "sliding_window is for the layers %s, expected at least one".formatted(layers));
    }
  }

  /** A window for the layers from one to the last. */
  public static SlidingWindow from(int firstLayer, int layers, int tokens) {
    return new SlidingWindow(
        tokens,
        IntStream.range(firstLayer, layers).boxed().collect(Collectors.toCollection(TreeSet::new)));
  }
}
