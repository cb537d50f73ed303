package io.logitstream.trainer;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.TrainingStep;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** The trainer's meters. What is not known yet is NaN. */
final class TrainerMeters {
  private final Counter steps;
  private final Counter tokens;
  private final Counter waitSeconds;
  private final Counter computeSeconds;
  private final Counter checkpointSeconds;
  private final MultiGauge acceptance;
  private final MultiGauge forwardKl;
  private final Map<String, EvaluationMetrics> evaluation = new TreeMap<>();
  private final AtomicReference<@Nullable TrainingStep> latest = new AtomicReference<>();
  private final AtomicReference<@Nullable CheckpointManifest> checkpoint = new AtomicReference<>();

  TrainerMeters(MeterRegistry meters) {
    steps = counter(meters, "steps", "Steps taken by this process");
    tokens = counter(meters, "tokens", "Tokens trained on");
    waitSeconds = counter(meters, "wait.seconds", "Time that the loop waited for data");
    computeSeconds = counter(meters, "compute.seconds", "Time that the loop computed");
    checkpointSeconds =
        counter(
            meters,
            "checkpoint.held.seconds",
            "Time that checkpoints held the loop up: snapshots, and waits for the one before");
    ofLatest(meters, "step", "The run's newest step", TrainingStep::getStep);
    ofLatest(
        meters,
        "cross.entropy",
        "Cross-entropy of the newest step's batch before its update, in nats a token",
        step -> step.getLoss().getCrossEntropy());
    ofLatest(
        meters,
        "gradient.norm",
        "Norm of the newest step's gradient, before it is clipped",
        TrainingStep::getGradientNorm);
    ofLatest(
        meters,
        "lag",
        "Records of teacher-logits that are not trained on yet, as of the newest step",
        step -> {
          Long lag = step.getLag();
          return lag == null ? Double.NaN : lag;
        });
    gauge(
        meters,
        "checkpoint.sequence",
        "Sequence of the run's newest checkpoint",
        checkpoint::get,
        CheckpointManifest::getSequence);
    gauge(
        meters,
        "checkpoint.timestamp.seconds",
        "When the run's newest checkpoint was made, in Unix time",
        checkpoint::get,
        manifest -> manifest.getCreatedAt().toEpochMilli() / 1e3);
    acceptance =
        MultiGauge.builder("logitstream.trainer.acceptance")
            .description(
                "Teacher-forced acceptance on the pinned windows, at the newest evaluation")
            .register(meters);
    forwardKl =
        MultiGauge.builder("logitstream.trainer.forward.kl")
            .description("Forward KL on the pinned windows, in nats, at the newest evaluation")
            .register(meters);
  }

  void stepTaken(TrainingStep step) {
    steps.increment();
    tokens.increment(step.getLoss().getTokens());
    waitSeconds.increment(step.getWaitMs() / 1000);
    computeSeconds.increment(step.getComputeMs() / 1000);
    latest.set(step);
    if (!step.getEvaluation().isEmpty()) {
      evaluation.putAll(step.getEvaluation());
      acceptance.register(rows(EvaluationMetrics::getAcceptance), true);
      forwardKl.register(rows(EvaluationMetrics::getForwardKl), true);
    }
  }

  void checkpointTaken(long nanos) {
    checkpointSeconds.increment(nanos / 1e9);
  }

  /** A checkpoint stands: committed just now, or found at the start. */
  void checkpointStands(CheckpointManifest manifest) {
    checkpoint.set(manifest);
  }

  /** One for each domain; their number is bounded by evaluation.max-domains. */
  private List<MultiGauge.Row<?>> rows(Result result) {
    List<MultiGauge.Row<?>> rows = new ArrayList<>();
    evaluation.forEach(
        (domain, metrics) -> {
          Double value = result.of(metrics);
          rows.add(
              MultiGauge.Row.of(Tags.of("domain", domain), value == null ? Double.NaN : value));
        });
    return rows;
  }

  private static Counter counter(MeterRegistry meters, String name, String description) {
    return Counter.builder("logitstream.trainer." + name).description(description).register(meters);
  }

  private void ofLatest(
      MeterRegistry meters, String name, String description, ToDoubleFunction<TrainingStep> value) {
    gauge(meters, name, description, latest::get, value);
  }

  private static <T> void gauge(
      MeterRegistry meters,
      String name,
      String description,
      Supplier<@Nullable T> source,
      ToDoubleFunction<T> value) {
    Gauge.builder(
            "logitstream.trainer." + name,
            () -> {
              T now = source.get();
              return now == null ? Double.NaN : value.applyAsDouble(now);
            })
        .description(description)
        .register(meters);
  }

  private interface Result {
    @Nullable Double of(EvaluationMetrics metrics);
  }
}
