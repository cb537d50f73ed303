package io.logitstream.trainer.gate;

import java.util.List;

/**
 * How much worse a student is than another one on the same windows. Windows differ far more from
 * one another than two students do on one: the differences of pairs leave that out.
 *
 * @param windows number of pairs
 * @param before mean of the other one, in nats a token
 * @param mean mean difference, in nats a token; above 0 where the student is worse
 * @param standardError s/√n of the mean, s the sample's standard deviation; 0 for one pair
 */
record PairedDifference(int windows, double before, double mean, double standardError) {
  /** One-sided: a difference of 0 is taken for one above it about once in 44 times. */
  private static final double STANDARD_ERRORS = 2;

  /**
   * Compares two students.
   *
   * @param before forward KL of each window, of the other one
   * @param now the same of the student
   * @throws IllegalArgumentException if there are not as many, or none
   */
  static PairedDifference of(List<Double> before, List<Double> now) {
    if (before.size() != now.size() || now.isEmpty()) {
      throw new IllegalArgumentException(
          "%d windows and %d, expected pairs".formatted(before.size(), now.size()));
    }
    int n = now.size();
    double sumBefore = 0;
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sumBefore += before.get(i);
      sum += now.get(i) - before.get(i);
    }
    double mean = sum / n;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double deviation = now.get(i) - before.get(i) - mean;
      squares += deviation * deviation;
    }
    double standardError = n == 1 ? 0 : Math.sqrt(squares / (n - 1) / n);
    return new PairedDifference(n, sumBefore / n, mean, standardError);
  }

  /** Whether the student is worse by more than a margin, beyond what the choice of windows does. */
  boolean exceeds(double marginNats) {
    // Not a number exceeds every margin.
    return !(mean - STANDARD_ERRORS * standardError <= marginNats);
  }
}
