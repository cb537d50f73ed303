package io.logitstream.trainer;

import io.logitstream.schemas.TrainingStep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The trainer's meters. */
final class TrainerMeters {
  private final Counter steps;
  private final Counter tokens;
  private final Counter waitSeconds;
  private final Counter computeSeconds;
  private final Counter checkpointSeconds;
  private final AtomicReference<@Nullable TrainingStep> latest = new AtomicReference<>();

  TrainerMeters(MeterRegistry meters) {
    steps = Counter.builder("logitstream.trainer.steps").register(meters);
    tokens =
        Counter.builder("logitstream.trainer.tokens")
            .description("Tokens trained on")
            .register(meters);
    waitSeconds =
        Counter.builder("logitstream.trainer.wait.seconds")
            .description("Time that the loop waited for data")
            .register(meters);
    computeSeconds =
        Counter.builder("logitstream.trainer.compute.seconds")
            .description("Time that the loop computed")
            .register(meters);
    checkpointSeconds =
        Counter.builder("logitstream.trainer.checkpoint.held.seconds")
            .description(
                "Time that checkpoints held the loop up: snapshots, and waits for the one before")
            .register(meters);
    gauge(meters, "logitstream.trainer.cross.entropy", step -> step.getLoss().getCrossEntropy());
    gauge(meters, "logitstream.trainer.gradient.norm", TrainingStep::getGradientNorm);
    gauge(
        meters,
        "logitstream.trainer.lag",
        step -> {
          Long lag = step.getLag();
          return lag == null ? Double.NaN : lag;
        });
  }

  void stepTaken(TrainingStep step) {
    steps.increment();
    tokens.increment(step.getLoss().getTokens());
    waitSeconds.increment(step.getWaitMs() / 1000);
    computeSeconds.increment(step.getComputeMs() / 1000);
    latest.set(step);
  }

  void checkpointTaken(long nanos) {
    checkpointSeconds.increment(nanos / 1e9);
  }

  private void gauge(MeterRegistry meters, String name, Value value) {
    Gauge.builder(
            name,
            () -> {
              TrainingStep step = latest.get();
              return step == null ? Double.NaN : value.of(step);
            })
        .register(meters);
  }

  private interface Value {
    double of(TrainingStep step);
  }
}
