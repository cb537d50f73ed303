package io.logitstream.console.bench.quality;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/**
 * A figure over seeds and its 95 % percentile bootstrap interval (Efron and Tibshirani, 1993):
 * seeds are drawn with replacement, and the figure is computed anew of each draw.
 *
 * @param value of all seeds
 * @param low end of the interval
 * @param high end of the interval
 */
record Interval(double value, double low, double high) {
  private static final int RESAMPLES = 10_000;
  private static final double TAIL = 0.025;
  private static final int RANDOM_SEED = 20_261;

  /**
   * The interval of a figure.
   *
   * @param seeds how many there are
   * @param figure the figure of some seeds, given as indices, one often or not at all
   */
  static Interval of(int seeds, ToDoubleFunction<int[]> figure) {
    int[] all = new int[seeds];
    Arrays.setAll(all, seed -> seed);
    Random random = new Random(RANDOM_SEED);
    double[] resampled = new double[RESAMPLES];
    int[] draw = new int[seeds];
    for (int resample = 0; resample < RESAMPLES; resample++) {
      Arrays.setAll(draw, ignored -> random.nextInt(seeds));
      resampled[resample] = figure.applyAsDouble(draw);
    }
    Arrays.sort(resampled);
    return new Interval(
        figure.applyAsDouble(all),
        resampled[(int) (TAIL * RESAMPLES)],
        resampled[(int) ((1 - TAIL) * RESAMPLES) - 1]);
  }

  /** The interval of a mean. */
  static Interval ofMean(double[] values) {
    return of(
        values.length,
        seeds -> Arrays.stream(seeds).mapToDouble(s -> values[s]).average().orElseThrow());
  }

  /** Whether the interval has 0 within it or at its ends. */
  boolean touchesZero() {
    return low <= 0 && high >= 0;
  }
}
