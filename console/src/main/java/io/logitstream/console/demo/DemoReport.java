package io.logitstream.console.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.logitstream.console.ProcessMemory;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.trainer.TrainerProgress;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The figures of a demo as one JSON object. What was not measured is null. Losses are in nats a
 * token; rates, sizes and times are of this session, steps and tokens of training of the run.
 */
final class DemoReport {
  private static final List<Integer> MINUTES = List.of(1, 3, 5);

  private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

  /**
   * @param snapshot the end of the session
   * @param trainer for the latencies of records from before the session, which it read and the
   *     observations did not
   * @param coldStartSeconds from the process's start to the pipeline's
   */
  DemoReport(
      Snapshot snapshot,
      Observations observations,
      TrainerProgress.Snapshot trainer,
      double coldStartSeconds) {
    CheckpointManifest checkpoint = snapshot.lastCheckpoint();
    put("run", checkpoint == null ? null : checkpoint.getRun());
    put("seconds", number(snapshot.seconds()));
    put("prompts", snapshot.prompts());
    put("logitRecords", snapshot.training().records());
    put("evaluationRecords", snapshot.evaluation().records());
    put("steps", snapshot.lastStep() == null ? 0 : snapshot.lastStep().getStep());
    put("sessionSteps", snapshot.steps());
    put(
        "trainedTokens",
        snapshot.lastStep() == null ? 0 : snapshot.lastStep().getTrainedTokensTotal());
    put("sessionTrainedTokens", snapshot.trainedTokens());
    put("tokensPerSecond", number(snapshot.tokensPerSecond()));
    put("trainerTokensPerComputeSecond", perSecond(snapshot.trainedTokens(), computing(snapshot)));
    put("promptsPerSecond", perSecond(snapshot.prompts(), snapshot.seconds()));
    put("teacherTokensPerSecond", perSecond(scoredTokens(snapshot), snapshot.seconds()));
    put("bytesPerToken", number(snapshot.training().bytesPerToken()));
    put("evaluationBytesPerToken", number(snapshot.evaluation().bytesPerToken()));
    put("firstAcceptance", mean(snapshot, curves -> curves.acceptance().first()));
    put("lastAcceptance", mean(snapshot, curves -> curves.acceptance().last()));
    put("firstKl", mean(snapshot, curves -> curves.forwardKl().first()));
    put("lastKl", mean(snapshot, curves -> curves.forwardKl().last()));
    put("lastCrossEntropy", mean(snapshot, curves -> curves.crossEntropy().last()));
    put("lastTop1Agreement", mean(snapshot, curves -> curves.top1Agreement().last()));
    for (int minutes : MINUTES) {
      String suffix = "At%dMinutes".formatted(minutes);
      put("acceptance" + suffix, at(snapshot, minutes, DomainCurves::acceptance));
      put("kl" + suffix, at(snapshot, minutes, DomainCurves::forwardKl));
    }
    put("domains", byDomain(snapshot));
    put("checkpoints", snapshot.checkpoints());
    put(
        "lastCheckpoint",
        checkpoint == null ? null : checkpoint.getRun() + "/" + checkpoint.getSequence());
    put("lastCheckpointSha256", checkpoint == null ? null : Observations.weightsSha256(checkpoint));
    put("computeType", checkpoint == null ? null : checkpoint.getEnvironment().getComputeType());
    put("deadLetters", snapshot.deadLetters());
    put("waitShare", number(snapshot.waitShare()));
    put(
        "promptToStepP50Seconds",
        latency(observations.promptToStepSeconds(0.50), trainer.promptToStepP50Ms()));
    put(
        "promptToStepP99Seconds",
        latency(observations.promptToStepSeconds(0.99), trainer.promptToStepP99Ms()));
    put("coldStartToFirstStepSeconds", number(coldStartSeconds + snapshot.firstStepBeganSeconds()));
    put("peakMemoryBytes", ProcessMemory.peakBytes().stream().boxed().findFirst().orElse(null));
  }

  /** Seconds from the process's start to now. */
  static double processSeconds() {
    return ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
  }

  /** The figures by name, in the order in which they are written. */
  Map<String, @Nullable Object> values() {
    return values;
  }

  /** Writes the object to a file. */
  void write(Path file) throws IOException {
    Path folder = file.toAbsolutePath().getParent();
    if (folder != null) {
      Files.createDirectories(folder);
    }
    new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValue(file.toFile(), values);
  }

  private void put(String name, @Nullable Object value) {
    values.put(name, value);
  }

  private static Map<String, Object> byDomain(Snapshot snapshot) {
    Map<String, Object> byDomain = new TreeMap<>();
    snapshot
        .domains()
        .forEach(
            (domain, curves) -> {
              Map<String, @Nullable Object> figures = new LinkedHashMap<>();
              figures.put("firstAcceptance", boxed(curves.acceptance().first()));
              figures.put("lastAcceptance", boxed(curves.acceptance().last()));
              figures.put("firstKl", boxed(curves.forwardKl().first()));
              figures.put("lastKl", boxed(curves.forwardKl().last()));
              figures.put("lastCrossEntropy", boxed(curves.crossEntropy().last()));
              byDomain.put(domain, figures);
            });
    return byDomain;
  }

  private static @Nullable Double at(
      Snapshot snapshot, int minutes, Function<DomainCurves, Curve> curve) {
    double seconds = minutes * 60.0;
    // A session that ended a little before the full minute still answers for it.
    return snapshot.seconds() < seconds * 0.98
        ? null
        : mean(snapshot, curves -> curve.apply(curves).at(seconds));
  }

  private static @Nullable Double mean(
      Snapshot snapshot, Function<DomainCurves, OptionalDouble> value) {
    return boxed(snapshot.overDomains(value));
  }

  private static @Nullable Double latency(OptionalDouble seconds, OptionalDouble elseMs) {
    return seconds.isPresent() || elseMs.isEmpty()
        ? boxed(seconds)
        : number(elseMs.getAsDouble() / 1000);
  }

  private static long scoredTokens(Snapshot snapshot) {
    return snapshot.training().tokens() + snapshot.evaluation().tokens();
  }

  private static double computing(Snapshot snapshot) {
    return snapshot.computeMs() / 1000;
  }

  private static @Nullable Double perSecond(double amount, double seconds) {
    return seconds > 0 ? number(amount / seconds) : null;
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? number(value.getAsDouble()) : null;
  }

  private static @Nullable Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }
}
