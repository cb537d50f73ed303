package io.logitstream.console.bench.codec;

import io.logitstream.logits.SampledLogits;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a teacher's distributions are like, and what the references would cost on them. The gradient
 * of forward KL in the student's logits is s less the estimate of p: the trace of its covariance is
 * the sum of the estimates' variances, whatever the student.
 */
final class Fidelity {
  /** Draws of the reference with independent draws (RS-KD). */
  static final int REFERENCE_DRAWS = 50;

  private static final int[] TOPS = {1, 12, 50};

  private final int vocabularySize;
  private final double[] entropies;
  private final double[] topMasses = new double[TOPS.length];
  private final float[] greatest = new float[TOPS[TOPS.length - 1]];
  private double referenceVariance;
  private double referenceIds;
  private double systematicVariance;
  private double squaredError;
  private int positions;

  /**
   * @param mostPositions how many will be added
   */
  Fidelity(int vocabularySize, int mostPositions) {
    this.vocabularySize = vocabularySize;
    this.entropies = new double[mostPositions];
  }

  /**
   * Takes in a position.
   *
   * @param sampled the record that was read for it, and {@code row} its row in it
   */
  void add(float[] probabilities, int offset, SampledLogits sampled, int row) {
    int sampleSize = sampled.sampleSize();
    int entry = sampled.offsets()[row];
    int end = sampled.offsets()[row + 1];
    double entropy = 0;
    double squares = 0;
    double systematic = 0;
    double error = 0;
    Arrays.fill(greatest, 0);
    for (int id = 0; id < vocabularySize; id++) {
      double probability = probabilities[offset + id];
      double estimate = 0;
      if (entry < end && sampled.ids()[entry] == id) {
        estimate = (double) sampled.counts()[entry++] / sampleSize;
      }
      error += (estimate - probability) * (estimate - probability);
      if (probability > 0) {
        entropy -= probability * Math.log(probability);
        squares += probability * probability;
        double part = sampleSize * probability % 1;
        systematic += part * (1 - part);
        referenceIds += drawnAtLeastOnce(probability);
        keepGreatest(probabilities[offset + id]);
      }
    }
    entropies[positions++] = entropy / Math.log(2);
    referenceVariance += (1 - squares) / REFERENCE_DRAWS;
    systematicVariance += systematic / sampleSize / sampleSize;
    squaredError += error;
    double mass = 0;
    for (int rank = 0, top = 0; rank < greatest.length; rank++) {
      mass += greatest[rank];
      if (rank + 1 == TOPS[top]) {
        topMasses[top++] += mass;
      }
    }
  }

  /** 1 - (1 - p)^50, by its first terms where p is small. */
  private static double drawnAtLeastOnce(double probability) {
    double draws = REFERENCE_DRAWS;
    if (probability < 1e-4) {
      double expected = draws * probability;
      return expected * (1 - (draws - 1) / 2 * probability);
    }
    return 1 - Math.pow(1 - probability, draws);
  }

  private void keepGreatest(float probability) {
    int place = greatest.length - 1;
    if (probability <= greatest[place]) {
      return;
    }
    while (place > 0 && greatest[place - 1] < probability) {
      greatest[place] = greatest[place - 1];
      place--;
    }
    greatest[place] = probability;
  }

  /** Trace of Cov of the gradient under RS-KD, mean over positions. */
  double referenceVariance() {
    return referenceVariance / positions;
  }

  /** The same of systematic samples of the records' size, as it follows from the distributions. */
  double systematicVariance() {
    return systematicVariance / positions;
  }

  /**
   * The same as it was found: the mean squared error of the records' estimates, which have no bias.
   */
  double measuredVariance() {
    return squaredError / positions;
  }

  /** Bytes a token of RS-KD in fixed width: ids of the vocabulary's bits and counts of 7. */
  double referenceBytes() {
    return referenceIds / positions * (idBits() + 7) / 8;
  }

  /** Bits of an id in fixed width. */
  int idBits() {
    return Integer.SIZE - Integer.numberOfLeadingZeros(vocabularySize - 1);
  }

  double meanEntropy() {
    return Arrays.stream(entropies, 0, positions).average().orElse(0);
  }

  /** The entropy that a share of the positions has at most. */
  double entropyQuantile(double share) {
    double[] sorted = Arrays.copyOf(entropies, positions);
    Arrays.sort(sorted);
    return sorted[Math.min(positions - 1, (int) (share * positions))];
  }

  /** Mean mass of the k most likely ids; of 1, 12 and 50. */
  double topMass(int k) {
    return topMasses[Arrays.binarySearch(TOPS, k)] / positions;
  }

  /** The references' bytes a token, and what top-k leaves out. */
  Map<String, Object> references() {
    Map<String, Object> references = new LinkedHashMap<>();
    references.put(
        "rs-kd-50-fixed-width",
        Map.of(
            "bytesPerToken", referenceBytes(),
            "ids", referenceIds / positions,
            "gradientVariance", referenceVariance()));
    for (int k : new int[] {12, 50}) {
      references.put(
          "top-%d-fp16".formatted(k),
          Map.of("bytesPerToken", k * (16 + idBits()) / 8.0, "massLeftOut", 1 - topMass(k)));
    }
    // k ids, exact log-probabilities in bf16, polynomial terms in float32.
    references.put("distillkit-recommended", Map.of("bytesPerToken", distillKitBytes(128, 16, 6)));
    references.put("distillkit-budget", Map.of("bytesPerToken", distillKitBytes(50, 1, 3)));
    return references;
  }

  private int distillKitBytes(int k, int exact, int terms) {
    return (k * idBits() + 7) / 8 + 2 * exact + 4 * terms;
  }
}
