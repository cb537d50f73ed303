package io.logitstream.distillation.step;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.logitstream.distillation.loss.TopKTail;
import io.logitstream.logits.TopKLogits;

/** Distributions over k + 1 outcomes of a micro-batch whose sequences all have the same k. */
public final class TopKTargets {
  private TopKTargets() {}

  /**
   * The ids that have outcomes of their own.
   *
   * @return (N, k) int64
   */
  public static NDArray ids(NDManager owner, PackedSequences sequences) {
    int k = k(sequences);
    long[] ids = new long[Math.multiplyExact(sequences.rows(), k)];
    int at = 0;
    for (TrainingExample example : sequences.examples()) {
      for (int id : ((TopKLogits) example.targets()).ids()) {
        ids[at++] = id;
      }
    }
    return owner.create(ids, new Shape(sequences.rows(), k));
  }

  /**
   * The teacher's log-probabilities, those of the ids and then the tail's.
   *
   * @return (N, k + 1) float32
   */
  public static NDArray logProbabilities(
      NDManager owner, PackedSequences sequences, TopKTail tail) {
    int outcomes = k(sequences) + 1;
    float[] values = new float[Math.multiplyExact(sequences.rows(), outcomes)];
    int at = 0;
    for (TrainingExample example : sequences.examples()) {
      TopKLogits top = (TopKLogits) example.targets();
      for (int row = 0; row < top.rows(); row++, at += outcomes) {
        switch (tail) {
          case BUCKET -> top.logProbabilities(row, values, at);
          case RENORMALISED -> top.renormalisedLogProbabilities(row, values, at);
        }
      }
    }
    return owner.create(values, new Shape(sequences.rows(), outcomes));
  }

  private static int k(PackedSequences sequences) {
    return ((TopKLogits) sequences.examples().get(0).targets()).k();
  }
}
