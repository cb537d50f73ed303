package io.logitstream.trainer;

import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.SplittableRandom;

/** A uniform sample of bounded size of a stream of latencies (Vitter's algorithm R). */
final class LatencyReservoir {
  private static final int CAPACITY = 8192;

  private final double[] sample = new double[CAPACITY];
  private final SplittableRandom random = new SplittableRandom(1);
  private long seen;

  void add(double latencyMs) {
    if (seen < CAPACITY) {
      sample[(int) seen] = latencyMs;
    } else {
      long slot = random.nextLong(seen + 1);
      if (slot < CAPACITY) {
        sample[(int) slot] = latencyMs;
      }
    }
    seen++;
  }

  /** The latency that a share of the stream does not exceed; empty before the first. */
  OptionalDouble quantile(double share) {
    int size = (int) Math.min(seen, CAPACITY);
    if (size == 0) {
      return OptionalDouble.empty();
    }
    double[] sorted = Arrays.copyOf(sample, size);
    Arrays.sort(sorted);
    return OptionalDouble.of(sorted[Math.min(size - 1, (int) (share * size))]);
  }
}
