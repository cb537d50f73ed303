package io.logitstream.distillation.step;

import io.logitstream.distillation.loss.LossSums;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What one optimizer step did. Losses are those before the update: test, then train.
 *
 * @param step number of the step, from 1
 * @param total losses over all examples
 * @param byDomain losses by domain, in the order of their names
 * @param softWeight share of the soft loss in the step's objective
 * @param gradientNorm Euclidean norm of the whole gradient before clipping
 * @param learningRate the rate of this step, by the schedule
 * @param paddedTokens input positions that were computed, padding included
 * @param microBatches number of micro-batches
 */
public record StepResult(
    long step,
    LossSums total,
    Map<String, LossSums> byDomain,
    double softWeight,
    double gradientNorm,
    double learningRate,
    long paddedTokens,
    int microBatches) {
  public StepResult {
    byDomain = Collections.unmodifiableMap(new TreeMap<>(byDomain));
  }
}
