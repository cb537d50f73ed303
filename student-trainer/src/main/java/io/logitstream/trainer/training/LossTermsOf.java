package io.logitstream.trainer.training;

import io.logitstream.distillation.loss.LossSums;
import io.logitstream.schemas.LossTerms;
import java.util.Map;
import java.util.TreeMap;

/** Sums of losses as records tell them: means over tokens. */
public final class LossTermsOf {
  private LossTermsOf() {}

  /** Means of sums. */
  public static LossTerms sums(LossSums sums) {
    return new LossTerms(
        sums.tokens(),
        sums.meanObjective(),
        sums.meanCrossEntropy(),
        sums.meanForwardKl().isPresent() ? sums.meanForwardKl().getAsDouble() : null,
        sums.meanDivergences());
  }

  /** Means of sums by domain. */
  public static Map<String, LossTerms> byDomain(Map<String, LossSums> byDomain) {
    Map<String, LossTerms> terms = new TreeMap<>();
    byDomain.forEach((domain, sums) -> terms.put(domain, sums(sums)));
    return terms;
  }
}
