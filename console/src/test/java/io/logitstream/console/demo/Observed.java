package io.logitstream.console.demo;

import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.trust.TrustedSchemas;
import java.time.Instant;
import java.util.Map;

/** A run as its telemetry would tell of it. */
final class Observed {
  static final String RUN = "demo";
  static final long SECOND = 1_000_000_000L;

  static {
    TrustedSchemas.trust();
  }

  private Observed() {}

  /** A student that learns for a number of seconds, a step a second. */
  static Observations run(int seconds) {
    Observations observations = new Observations(RUN, 0);
    for (int step = 1; step <= seconds; step++) {
      double learned = 1 - Math.exp(-step / 60.0);
      Map<String, EvaluationMetrics> evaluation =
          step == 1 || step % 15 == 0
              ? Map.of("java", metrics(0.65 * learned), "scala", metrics(0.6 * learned))
              : Map.of();
      observations.step(step * SECOND, step(step, 4 - 3 * learned, evaluation));
    }
    return observations;
  }

  static EvaluationMetrics metrics(double acceptance) {
    return EvaluationMetrics.newBuilder()
        .setTokens(1000)
        .setWindows(8)
        .setCrossEntropy(5 - 3 * acceptance)
        .setForwardKl(3.5 * (1 - acceptance))
        .setTop1Agreement(acceptance)
        .setAcceptance(acceptance)
        .build();
  }

  static TrainingStep step(long step, double kl, Map<String, EvaluationMetrics> evaluation) {
    return TrainingStep.newBuilder()
        .setRun(RUN)
        .setSequence(0)
        .setStep(step)
        .setIncarnation(1)
        .setEndedAt(Instant.ofEpochMilli(step * 1000))
        .setLoss(
            LossTerms.newBuilder()
                .setTokens(500)
                .setObjective(kl + 0.3)
                .setCrossEntropy(kl + 1.5)
                .setForwardKl(kl + 0.2 * Math.sin(step * 12.9))
                .build())
        .setSoftWeight(0.9)
        .setGradientNorm(1)
        .setLearningRate(0.001)
        .setRecords(16)
        .setPaddedTokens(600)
        .setMicroBatches(1)
        .setTrainedTokensTotal(500 * step)
        .setWaitMs(100)
        .setComputeMs(900)
        .setTokensPerSecond(500)
        .setEvaluation(evaluation)
        .build();
  }
}
