package io.logitstream.console.logits;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TopKLogits;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How close records are to FULL records of the same windows, at temperature 1. The gradient of
 * forward KL in the student's logits is s less the estimate of p, so that the mean of the squared
 * error Σ (estimate − p)² is the trace of its covariance where the estimate has no bias.
 */
final class AgainstFull {
  private long positions;
  private double squaredError;
  private double massLeftOut;
  private double divergence;
  private boolean hasTail;

  /**
   * Takes in a record's positions.
   *
   * @return whether it has what can be compared
   */
  boolean add(SparseLogits logits, FullLogits full) {
    if (logits instanceof Labels || logits.rows() != full.rows()) {
      return false;
    }
    float[] exact = new float[full.vocabularySize()];
    for (int row = 0; row < full.rows(); row++) {
      full.logProbabilities(row, exact);
      if (logits instanceof SampledLogits sampled) {
        addCounts(sampled, row, exact);
      } else if (logits instanceof TopKLogits top) {
        addTop(top, row, exact);
      } else {
        addFull((FullLogits) logits, row, exact);
      }
      positions++;
    }
    return true;
  }

  private void addCounts(SampledLogits sampled, int row, float[] exact) {
    int entry = sampled.offsets()[row];
    int end = sampled.offsets()[row + 1];
    for (int id = 0; id < exact.length; id++) {
      double estimate = 0;
      if (entry < end && sampled.ids()[entry] == id) {
        estimate = (double) sampled.counts()[entry++] / sampled.sampleSize();
      }
      double error = estimate - Math.exp(exact[id]);
      squaredError += error * error;
    }
  }

  private void addTop(TopKLogits top, int row, float[] exact) {
    hasTail = true;
    int k = top.k();
    float[] stored = new float[k + 1];
    top.logProbabilities(row, stored, 0);
    int at = 0;
    double rest = 0;
    for (int id = 0; id < exact.length; id++) {
      double probability = Math.exp(exact[id]);
      if (at < k && top.ids()[row * k + at] == id) {
        double error = Math.exp(stored[at]) - probability;
        squaredError += error * error;
        divergence += probability == 0 ? 0 : probability * (exact[id] - stored[at]);
        at++;
      } else {
        squaredError += probability * probability;
        rest += probability;
      }
    }
    massLeftOut += rest;
    divergence += rest == 0 ? 0 : rest * (Math.log(rest) - stored[k]);
  }

  /** Quantised ones: of their outcomes none is left out. */
  private void addFull(FullLogits full, int row, float[] exact) {
    hasTail = true;
    float[] stored = new float[exact.length];
    full.logProbabilities(row, stored);
    for (int id = 0; id < exact.length; id++) {
      double probability = Math.exp(exact[id]);
      double error = Math.exp(stored[id]) - probability;
      squaredError += error * error;
      divergence += probability == 0 ? 0 : probability * (exact[id] - stored[id]);
    }
  }

  long positions() {
    return positions;
  }

  /** Means over the positions. */
  Map<String, Object> figures() {
    Map<String, Object> told = new LinkedHashMap<>();
    told.put("positions", positions);
    if (positions > 0) {
      told.put("squaredError", squaredError / positions);
      if (hasTail) {
        told.put("massLeftOut", massLeftOut / positions);
        told.put("klOverOutcomes", divergence / positions);
      } else {
        told.put("gradientVariance", squaredError / positions);
      }
    }
    return told;
  }
}
