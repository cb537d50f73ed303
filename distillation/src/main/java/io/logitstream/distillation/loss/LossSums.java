package io.logitstream.distillation.loss;

import java.util.Collections;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Sums of losses over trained positions, in nats, so that callers can add and average.
 *
 * @param tokens trained positions
 * @param weight sum of the weights of the trained positions
 * @param objective weighted sum of what is minimised, softWeight · τ² · soft + (1 − softWeight) ·
 *     hard, less the teacher's entropy where that is known
 * @param crossEntropy sum of −log s(label) at temperature 1, unweighted
 * @param klTokens trained positions whose forward KL is known: those with a distribution of known
 *     entropy
 * @param forwardKl sum over those of KL(teacher ‖ student) at the objective's temperature, without
 *     τ², unweighted. From SAMPLED a single estimate may be negative
 * @param divergences where the objective has more than forward KL: sums over those positions of
 *     each of its divergences, by label, at its temperature, without τ², unweighted
 */
public record LossSums(
    long tokens,
    double weight,
    double objective,
    double crossEntropy,
    long klTokens,
    double forwardKl,
    Map<String, Double> divergences) {
  /** Sums over nothing. */
  public static final LossSums ZERO = new LossSums(0, 0, 0, 0, 0, 0);

  public LossSums {
    divergences = Collections.unmodifiableMap(new TreeMap<>(divergences));
  }

  /** Sums of an objective of forward KL and hard labels. */
  public LossSums(
      long tokens,
      double weight,
      double objective,
      double crossEntropy,
      long klTokens,
      double forwardKl) {
    this(tokens, weight, objective, crossEntropy, klTokens, forwardKl, Map.of());
  }

  public LossSums plus(LossSums other) {
    Map<String, Double> sums = new TreeMap<>(divergences);
    other.divergences.forEach((label, sum) -> sums.merge(label, sum, Double::sum));
    return new LossSums(
        tokens + other.tokens,
        weight + other.weight,
        objective + other.objective,
        crossEntropy + other.crossEntropy,
        klTokens + other.klTokens,
        forwardKl + other.forwardKl,
        sums);
  }

  /** Weighted mean of the objective, in nats a token; 0 over nothing. */
  public double meanObjective() {
    return weight == 0 ? 0 : objective / weight;
  }

  /** Mean hard-label cross-entropy, in nats a token; 0 over nothing. */
  public double meanCrossEntropy() {
    return tokens == 0 ? 0 : crossEntropy / tokens;
  }

  /** Mean forward KL, in nats a token; empty where no position has a known one. */
  public OptionalDouble meanForwardKl() {
    return klTokens == 0 ? OptionalDouble.empty() : OptionalDouble.of(forwardKl / klTokens);
  }

  /** Means of the divergences by label, in nats a token; empty where no position has one. */
  public Map<String, Double> meanDivergences() {
    Map<String, Double> means = new TreeMap<>();
    if (klTokens > 0) {
      divergences.forEach((label, sum) -> means.put(label, sum / klTokens));
    }
    return means;
  }
}
