package io.logitstream.distillation.step;

import io.logitstream.distillation.ReferenceObjective;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;

/**
 * Counts as close to a distribution as their sum allows: differences of the rounded cumulative sum.
 */
final class Counts {
  private Counts() {}

  static SampledLogits of(FullLogits full, int sampleSize) {
    SampledLogits.Builder builder =
        new SampledLogits.Builder(full.tokens(), full.vocabularySize(), sampleSize, full.rows());
    for (int row = 0; row < full.rows(); row++) {
      double[] teacher = ReferenceObjective.teacher(full, row, 1);
      double cumulative = 0;
      long before = 0;
      for (int id = 0; id < teacher.length; id++) {
        cumulative += Math.exp(teacher[id]);
        long until = id == teacher.length - 1 ? sampleSize : Math.round(sampleSize * cumulative);
        if (until > before) {
          builder.add(id, (int) (until - before));
        }
        before = until;
      }
      builder.endRow();
    }
    return builder.build();
  }

  /** Sum of the rows' entropies, in nats. */
  static double entropySum(FullLogits full) {
    double sum = 0;
    for (int row = 0; row < full.rows(); row++) {
      for (double logProbability : ReferenceObjective.teacher(full, row, 1)) {
        sum -= Math.exp(logProbability) * logProbability;
      }
    }
    return sum;
  }
}
