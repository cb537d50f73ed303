package io.logitstream.distillation.evaluation;

import java.util.OptionalDouble;

/**
 * Sums over evaluated positions, teacher-forced at temperature 1, in nats, so that callers can add
 * and average.
 *
 * @param windows sequences
 * @param tokens positions
 * @param crossEntropy sum of −log s(label)
 * @param distributionTokens positions with a teacher's distribution p; the sums that follow are
 *     over these
 * @param boundedTokens those of them where p is known of the likeliest ids and as a tail: there
 *     forwardKl and teacherCrossEntropy are lower bounds, and acceptance is an upper one
 * @param forwardKl sum of Σ p · log(p / s)
 * @param top1Agreements positions where teacher and student agree on the likeliest token
 * @param acceptance sum of Σ min(p, s): how often speculative decoding would accept the student's
 *     token
 * @param teacherCrossEntropy sum of −log p(label)
 */
public record EvaluationSums(
    int windows,
    long tokens,
    double crossEntropy,
    long distributionTokens,
    long boundedTokens,
    double forwardKl,
    long top1Agreements,
    double acceptance,
    double teacherCrossEntropy) {
  /** Sums over nothing. */
  public static final EvaluationSums ZERO = new EvaluationSums(0, 0, 0, 0, 0, 0, 0, 0, 0);

  public EvaluationSums plus(EvaluationSums other) {
    return new EvaluationSums(
        windows + other.windows,
        tokens + other.tokens,
        crossEntropy + other.crossEntropy,
        distributionTokens + other.distributionTokens,
        boundedTokens + other.boundedTokens,
        forwardKl + other.forwardKl,
        top1Agreements + other.top1Agreements,
        acceptance + other.acceptance,
        teacherCrossEntropy + other.teacherCrossEntropy);
  }

  /** Mean hard-label cross-entropy, in nats a token; 0 over nothing. */
  public double meanCrossEntropy() {
    return tokens == 0 ? 0 : crossEntropy / tokens;
  }

  /** Mean forward KL, in nats a token; empty without distributions. */
  public OptionalDouble meanForwardKl() {
    return mean(forwardKl);
  }

  /** Share of positions where both agree on the likeliest token; empty without distributions. */
  public OptionalDouble meanTop1Agreement() {
    return mean((double) top1Agreements);
  }

  /** Mean acceptance, from 0 to 1; empty without distributions. */
  public OptionalDouble meanAcceptance() {
    return mean(acceptance);
  }

  /** The teacher's own mean cross-entropy, in nats a token; empty without distributions. */
  public OptionalDouble meanTeacherCrossEntropy() {
    return mean(teacherCrossEntropy);
  }

  private OptionalDouble mean(double sum) {
    return distributionTokens == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(sum / distributionTokens);
  }
}
