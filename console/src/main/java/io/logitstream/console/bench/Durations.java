package io.logitstream.console.bench;

import java.util.Arrays;
import java.util.Map;

/**
 * Durations of one thing, done several times.
 *
 * @param sortedMs ascending, at least one
 */
record Durations(double[] sortedMs) {
  static Durations of(double[] ms) {
    if (ms.length == 0) {
      throw new IllegalArgumentException("no durations, expected at least one");
    }
    double[] sorted = ms.clone();
    Arrays.sort(sorted);
    return new Durations(sorted);
  }

  /** The median, in milliseconds. */
  double medianMs() {
    return quantileMs(0.5);
  }

  /**
   * A quantile by linear interpolation, in milliseconds.
   *
   * @param share from 0 to 1
   */
  double quantileMs(double share) {
    double place = share * (sortedMs.length - 1);
    int below = (int) Math.floor(place);
    int above = (int) Math.ceil(place);
    return sortedMs[below] + (place - below) * (sortedMs[above] - sortedMs[below]);
  }

  /** Median, tenth and ninetieth percentile under a name. */
  void putInto(Map<String, Object> figures, String name) {
    figures.put(name + "MsMedian", Figures.rounded(medianMs()));
    figures.put(name + "MsP10", Figures.rounded(quantileMs(0.1)));
    figures.put(name + "MsP90", Figures.rounded(quantileMs(0.9)));
  }
}
