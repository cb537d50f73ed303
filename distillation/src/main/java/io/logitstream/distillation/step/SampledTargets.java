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
 * @param rangeBounds entries of trained range r, counted over all sequences, are from bound r to
 *     bound r + 1
 * @param chunkBounds entries of chunk c of rows are from bound c to bound c + 1
 */
record SampledTargets(
    long[] indices, float[] weights, double[] shares, int[] rangeBounds, long[] chunkBounds) {

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
    int[] rangeBounds =
        new int[examples.stream().mapToInt(example -> example.trained().size()).sum() + 1];
    long[] chunkBounds = new long[(rows + chunkRows - 1) / chunkRows + 1];
    int entry = 0;
    int row = 0;
    int ranges = 0;
    for (int sequence = 0; sequence < examples.size(); sequence++) {
      TrainingExample example = examples.get(sequence);
      int own = 0;
      for (PositionRange range : example.trained()) {
        double softWeight = softWeights[sequence] * range.weight();
        for (int position = range.start(); position < range.end(); position++, own++, row++) {
          if (row % chunkRows == 0) {
            chunkBounds[row / chunkRows] = entry;
          }
          if (example.targets() instanceof SampledLogits sampled) {
            for (int from = sampled.offsets()[own]; from < sampled.offsets()[own + 1]; from++) {
              indices[entry] = (long) row * vocabularySize + sampled.ids()[from];
              shares[entry] = (double) sampled.counts()[from] / sampled.sampleSize();
              weights[entry] = (float) (softWeight * shares[entry]);
              entry++;
            }
          }
        }
        rangeBounds[++ranges] = entry;
      }
    }
    chunkBounds[chunkBounds.length - 1] = entry;
    return new SampledTargets(indices, weights, shares, rangeBounds, chunkBounds);
  }
}
