package io.logitstream.teacher.batching;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * Cuts a sequence of tokens into windows. Every token after the first is the label of exactly one
 * window; a window begins with the last tokens of the one before, as untrained context, and the
 * token after its last input is its last label. Windows without a trained position are left out.
 *
 * @param positions T, the most inputs of a window
 * @param overlap inputs that a window repeats, less than T
 */
public record WindowCutter(int positions, int overlap) {
  public WindowCutter {
    if (positions < 1 || overlap < 0 || overlap >= positions) {
      throw new IllegalArgumentException(
          "windows of %d positions with an overlap of %d, expected 0 <= overlap < positions"
              .formatted(positions, overlap));
    }
  }

  /**
   * The windows of a sequence.
   *
   * @param tokens the whole sequence
   * @param trainedLabels indices of the tokens that are to be predicted; the first token never is
   */
  public List<Window> cut(int[] tokens, BitSet trainedLabels) {
    List<Window> windows = new ArrayList<>();
    int labelled = 1;
    while (labelled < tokens.length) {
      int start = Math.max(0, labelled - 1 - overlap);
      int end = Math.min(tokens.length, start + positions + 1);
      List<PositionRange> trained = ranges(trainedLabels, start, labelled, end);
      if (!trained.isEmpty()) {
        windows.add(new Window(windows.size(), Arrays.copyOfRange(tokens, start, end), trained));
      }
      labelled = end;
    }
    return windows;
  }

  private static List<PositionRange> ranges(BitSet labels, int start, int from, int end) {
    List<PositionRange> ranges = new ArrayList<>();
    int first = labels.nextSetBit(from);
    while (first >= 0 && first < end) {
      int after = Math.min(end, labels.nextClearBit(first));
      // label k is predicted at position k - 1
      ranges.add(new PositionRange(first - 1 - start, after - 1 - start));
      first = labels.nextSetBit(after);
    }
    return ranges;
  }
}
