package io.logitstream.trainer.evaluation;

import io.logitstream.schemas.EvaluationMetrics;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How the student stands on the pinned sets.
 *
 * @param byDomain means over a domain's windows
 * @param windowForwardKl forward KL of each window by domain, in the set's order, in nats a token
 */
public record EvaluationResults(
    Map<String, EvaluationMetrics> byDomain, Map<String, List<Double>> windowForwardKl) {
  /** Of a step that was not evaluated. */
  public static final EvaluationResults NONE = new EvaluationResults(Map.of(), Map.of());

  public EvaluationResults {
    byDomain = Collections.unmodifiableMap(new TreeMap<>(byDomain));
    windowForwardKl = Collections.unmodifiableMap(new TreeMap<>(windowForwardKl));
  }
}
