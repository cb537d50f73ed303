package io.logitstream.console.demo;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.TrainingStep;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the topics have shown up to one moment. Rates are a second, over the last seconds.
 *
 * @param seconds time since the pipeline's start
 * @param steps steps seen, which for a run that goes on are fewer than it has
 * @param firstStepBeganSeconds NaN before the first step
 * @param lastStepEndedSeconds NaN before the first step
 * @param checkpoints checkpoints seen, the one at sequence 0 not counted
 * @param domains held-out curves by domain
 */
record Snapshot(
    double seconds,
    long prompts,
    double promptRate,
    LogitVolume training,
    LogitVolume evaluation,
    double scoredRate,
    double scoredTokenRate,
    long steps,
    double stepRate,
    long trainedTokens,
    double trainedTokenRate,
    double waitMs,
    double computeMs,
    double firstStepBeganSeconds,
    double lastStepEndedSeconds,
    long deadLetters,
    int checkpoints,
    @Nullable TrainingStep lastStep,
    @Nullable CheckpointManifest lastCheckpoint,
    Map<String, DomainCurves> domains,
    Curve trainingLoss,
    Curve trainingKl) {

  Snapshot {
    domains = Map.copyOf(domains);
  }

  /** Share of the trainer's time that it waited for data; NaN before the first step. */
  double waitShare() {
    double total = waitMs + computeMs;
    return total == 0 ? Double.NaN : waitMs / total;
  }

  /** Trained tokens a second from the first step's beginning to the last one's end. */
  double tokensPerSecond() {
    double span = lastStepEndedSeconds - firstStepBeganSeconds;
    return span > 0 ? trainedTokens / span : Double.NaN;
  }

  /** Mean over the domains' curves of what a function reads from each, weighted by tokens. */
  OptionalDouble overDomains(Function<DomainCurves, OptionalDouble> value) {
    double sum = 0;
    double weights = 0;
    for (DomainCurves curves : domains.values()) {
      OptionalDouble read = value.apply(curves);
      if (read.isPresent()) {
        double weight = curves.tokens().last().orElse(1);
        sum += weight * read.getAsDouble();
        weights += weight;
      }
    }
    return weights == 0 ? OptionalDouble.empty() : OptionalDouble.of(sum / weights);
  }
}
