package io.logitstream.teacher.scoring;

import io.logitstream.teacher.batching.PositionRange;
import java.util.List;

/** Sums of entropies over trained ranges. */
final class EntropySums {
  private final List<PositionRange> ranges;
  private final double[] sums;
  private int current;

  EntropySums(List<PositionRange> ranges) {
    this.ranges = ranges;
    this.sums = new double[ranges.size()];
  }

  /** Takes in a trained position; they come ascending. */
  void add(int position, float entropy) {
    while (position >= ranges.get(current).end()) {
      current++;
    }
    sums[current] += entropy;
  }

  float[] toFloats() {
    float[] rounded = new float[sums.length];
    for (int range = 0; range < sums.length; range++) {
      rounded[range] = (float) sums[range];
    }
    return rounded;
  }
}
