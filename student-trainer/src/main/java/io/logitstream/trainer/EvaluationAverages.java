package io.logitstream.trainer;

import io.logitstream.schemas.EvaluationMetrics;
import java.util.Collection;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/** Puts results of several domains together, weighted by their tokens. */
final class EvaluationAverages {
  private EvaluationAverages() {}

  static Optional<EvaluationMetrics> overall(Collection<EvaluationMetrics> domains) {
    long tokens = domains.stream().mapToLong(EvaluationMetrics::getTokens).sum();
    if (tokens == 0) {
      return Optional.empty();
    }
    boolean teacherKnown =
        domains.stream().allMatch(metrics -> metrics.getTeacherCrossEntropy() != null);
    return Optional.of(
        EvaluationMetrics.newBuilder()
            .setTokens(tokens)
            .setWindows(domains.stream().mapToInt(EvaluationMetrics::getWindows).sum())
            .setCrossEntropy(mean(domains, tokens, EvaluationMetrics::getCrossEntropy))
            .setForwardKl(mean(domains, tokens, EvaluationMetrics::getForwardKl))
            .setTop1Agreement(mean(domains, tokens, EvaluationMetrics::getTop1Agreement))
            .setAcceptance(mean(domains, tokens, EvaluationMetrics::getAcceptance))
            .setTeacherCrossEntropy(
                teacherKnown ? mean(domains, tokens, EvaluationAverages::teacher) : null)
            .setBoundedTokens(domains.stream().mapToLong(EvaluationMetrics::getBoundedTokens).sum())
            .build());
  }

  private static double teacher(EvaluationMetrics metrics) {
    Double crossEntropy = metrics.getTeacherCrossEntropy();
    return crossEntropy == null ? Double.NaN : crossEntropy;
  }

  private static double mean(
      Collection<EvaluationMetrics> domains,
      long tokens,
      ToDoubleFunction<EvaluationMetrics> value) {
    return domains.stream()
            .mapToDouble(metrics -> value.applyAsDouble(metrics) * metrics.getTokens())
            .sum()
        / tokens;
  }
}
