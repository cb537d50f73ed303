package io.logitstream.distillation.step;

import io.logitstream.logits.SampledLogits;
import java.util.List;

/**
 * Counts of a micro-batch as flat entries: what was never drawn takes no room. LABELS sequences
 * have no entries.
 *
 * @param indices row · V + id, ascending
 * @param weights factor on −log s(id) in the objective
 * @param shares count over sample size, for reports
 * @param sequenceBounds B + 1: entries of sequence b are from bound b to bound b + 1
 * @param chunkBounds entries of chunk c of rows are from bound c to bound c + 1
 */
record SampledTargets(
    long[] indices, float[] weights, double[] shares, int[] sequenceBounds, long[] chunkBounds) {

  /**
   * @param softWeights factor of each sequence's soft loss
   */
  static SampledTargets of(
      List<TrainingExample> examples, double[] softWeights, int vocabularySize, int chunkRows) {
    int entries = 0;
    int rows = 0;
    for (TrainingExample example : examples) {
      rows += example.trainedPositions();
      entries += example.targets() instanceof SampledLogits sampled ? sampled.ids().length : 0;
    }
    long[] indices = new long[entries];
    float[] weights = new float[entries];
    double[] shares = new double[entries];
    int[] sequenceBounds = new int[examples.size() + 1];
    long[] chunkBounds = new long[(rows + chunkRows - 1) / chunkRows + 1];
    int entry = 0;
    int row = 0;
    for (int sequence = 0; sequence < examples.size(); sequence++) {
      TrainingExample example = examples.get(sequence);
      for (int own = 0; own < example.trainedPositions(); own++, row++) {
        if (row % chunkRows == 0) {
          chunkBounds[row / chunkRows] = entry;
        }
        if (example.targets() instanceof SampledLogits sampled) {
          for (int from = sampled.offsets()[own]; from < sampled.offsets()[own + 1]; from++) {
            indices[entry] = (long) row * vocabularySize + sampled.ids()[from];
            shares[entry] = (double) sampled.counts()[from] / sampled.sampleSize();
            weights[entry] = (float) (softWeights[sequence] * shares[entry]);
            entry++;
          }
        }
      }
      sequenceBounds[sequence + 1] = entry;
    }
    chunkBounds[chunkBounds.length - 1] = entry;
    return new SampledTargets(indices, weights, shares, sequenceBounds, chunkBounds);
  }
}
