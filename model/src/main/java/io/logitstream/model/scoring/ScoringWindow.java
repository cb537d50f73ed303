package io.logitstream.model.scoring;

import io.logitstream.model.decoder.Decoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A piece of a text that fits a model.
 *
 * @param tokens T + 1 token ids
 * @param positions those that no window before has scored
 */
record ScoringWindow(int[] tokens, List<Decoder.Position> positions) {
  /**
   * Cuts a text into windows that overlap by half, so that every token but the first ones has at
   * least half a window of context; every token after the first is predicted once.
   *
   * @param positionsMax T, the most positions of a window
   */
  static List<ScoringWindow> of(int[] ids, int positionsMax) {
    List<ScoringWindow> windows = new ArrayList<>();
    int from = 0;
    int scored = 0;
    while (scored < ids.length - 1) {
      int end = Math.min(ids.length, from + positionsMax + 1);
      int[] tokens = Arrays.copyOfRange(ids, from, end);
      List<Decoder.Position> positions =
          IntStream.range(scored - from, tokens.length - 1)
              .mapToObj(t -> new Decoder.Position(0, t))
              .toList();
      windows.add(new ScoringWindow(tokens, positions));
      scored += positions.size();
      from = end - 1 - positionsMax / 2;
    }
    return windows;
  }
}
