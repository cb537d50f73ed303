package io.logitstream.console.bench.quality;

import io.logitstream.distillation.evaluation.EvaluationSums;
import io.logitstream.model.decoder.ModelConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * What the methods' students have learned, with intervals over seeds. Over no interval that holds 0
 * is divided: the share of a gap that may not be there is undefined.
 */
public final class QualityReport {
  private final QualityPlan plan;
  private final ModelConfig student;
  private final List<Map<TeachingMethod, QualityRun.Outcome>> runs;

  /**
   * @param runs the outcomes of each seed
   */
  QualityReport(
      QualityPlan plan, ModelConfig student, List<Map<TeachingMethod, QualityRun.Outcome>> runs) {
    this.plan = plan;
    this.student = student;
    this.runs = List.copyOf(runs);
  }

  /**
   * How a method's students stand, over seeds.
   *
   * @param bytesPerToken of payloads alone
   * @param forwardKl held out, in nats a token
   * @param crossEntropy of the text, held out, in nats a token
   * @param acceptance held out, from 0 to 1
   * @param forwardKlLessFull less that of FULL's student of the same seed
   */
  record Standing(
      double bytesPerToken,
      Interval forwardKl,
      Interval crossEntropy,
      Interval acceptance,
      Interval forwardKlLessFull) {}

  Standing standing(TeachingMethod method) {
    double[] kl = forwardKl(method);
    double[] full = forwardKl(TeachingMethod.FULL);
    return new Standing(
        runs.stream()
            .mapToDouble(run -> bytesPerToken(outcome(run, method)))
            .average()
            .orElseThrow(),
        Interval.ofMean(kl),
        Interval.ofMean(figures(method, EvaluationSums::meanCrossEntropy)),
        Interval.ofMean(figures(method, sums -> sums.meanAcceptance().orElseThrow())),
        Interval.of(seeds(), drawn -> mean(kl, drawn) - mean(full, drawn)));
  }

  /**
   * The share of the way from hard labels to full distributions that a method goes, (KL_labels −
   * KL_method) / (KL_labels − KL_full), seeds paired.
   */
  Interval gapClosed(TeachingMethod method) {
    double[] labels = forwardKl(TeachingMethod.LABELS);
    double[] own = forwardKl(method);
    double[] full = forwardKl(TeachingMethod.FULL);
    return Interval.of(
        seeds(),
        drawn ->
            (mean(labels, drawn) - mean(own, drawn)) / (mean(labels, drawn) - mean(full, drawn)));
  }

  /** The gap that methods close, in nats a token. */
  Interval gap() {
    double[] labels = forwardKl(TeachingMethod.LABELS);
    double[] full = forwardKl(TeachingMethod.FULL);
    return Interval.of(seeds(), drawn -> mean(labels, drawn) - mean(full, drawn));
  }

  private int seeds() {
    return runs.size();
  }

  private double[] forwardKl(TeachingMethod method) {
    return figures(method, sums -> sums.meanForwardKl().orElseThrow());
  }

  private double[] figures(TeachingMethod method, ToDoubleFunction<EvaluationSums> figure) {
    return runs.stream()
        .mapToDouble(run -> figure.applyAsDouble(outcome(run, method).total()))
        .toArray();
  }

  private static QualityRun.Outcome outcome(
      Map<TeachingMethod, QualityRun.Outcome> run, TeachingMethod method) {
    QualityRun.Outcome outcome = run.get(method);
    if (outcome == null) {
      throw new IllegalStateException("no student of " + method);
    }
    return outcome;
  }

  private static double bytesPerToken(QualityRun.Outcome outcome) {
    return (double) outcome.payloadBytes() / outcome.tokens();
  }

  private static double mean(double[] values, int[] drawn) {
    return Arrays.stream(drawn).mapToDouble(seed -> values[seed]).average().orElseThrow();
  }

  /** The figures as one JSON object tells them. */
  public Map<String, Object> figures() {
    Map<String, Object> figures = new LinkedHashMap<>();
    figures.put("bench", "quality");
    figures.put("studentParameters", student.parameters());
    figures.put("settings", settings());
    figures.put("gap", gap());
    Map<String, Object> methods = new LinkedHashMap<>();
    for (TeachingMethod method : TeachingMethod.values()) {
      Standing standing = standing(method);
      Map<String, Object> told = new LinkedHashMap<>();
      told.put("payloadBytesPerToken", standing.bytesPerToken());
      told.put("forwardKl", standing.forwardKl());
      told.put("crossEntropy", standing.crossEntropy());
      told.put("acceptance", standing.acceptance());
      told.put("forwardKlLessFull", standing.forwardKlLessFull());
      told.put("gapClosed", gap().touchesZero() ? "undefined" : gapClosed(method));
      told.put("forwardKlBySeed", forwardKl(method));
      methods.put(method.name(), told);
    }
    figures.put("methods", methods);
    return figures;
  }

  private Map<String, Object> settings() {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("seeds", plan.seeds());
    settings.put("steps", plan.steps());
    settings.put("windowsPerStep", plan.windowsPerStep());
    settings.put("tokensPerRun", runs.stream().mapToLong(this::tokens).average().orElse(0));
    settings.put("sampleSize", plan.sampleSize());
    settings.put("topK", plan.topK());
    settings.put("softWeight", plan.softWeight());
    settings.put("learningRate", plan.learningRate());
    settings.put("priorWindows", plan.priorWindows());
    settings.put("evaluationWindowsOfADomain", plan.evaluationWindows());
    return settings;
  }

  private long tokens(Map<TeachingMethod, QualityRun.Outcome> run) {
    return outcome(run, TeachingMethod.FULL).tokens();
  }

  /** The table in Markdown, as documents have it. */
  public String table() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "| student of | payload bytes/token | KL | KL less FULL's | cross-entropy | acceptance | gap closed |");
    lines.add("|---|---|---|---|---|---|---|");
    for (TeachingMethod method : TeachingMethod.values()) {
      Standing standing = standing(method);
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %,.1f | %s | %s | %s | %s | %s |",
              name(method),
              standing.bytesPerToken(),
              text(standing.forwardKl(), "%.4f"),
              text(standing.forwardKlLessFull(), "%+.4f"),
              text(standing.crossEntropy(), "%.4f"),
              text(standing.acceptance(), "%.4f"),
              gap().touchesZero() ? "undefined" : text(gapClosed(method), "%.3f")));
    }
    return String.join(System.lineSeparator(), lines);
  }

  /** The method as tables and pictures call it. */
  String name(TeachingMethod method) {
    return switch (method) {
      case LABELS -> "hard labels";
      case TOP_K -> "TOP_K, k = " + plan.topK();
      case SAMPLED -> "SAMPLED, M = " + plan.sampleSize();
      case FULL -> "FULL";
    };
  }

  private static String text(Interval interval, String format) {
    return String.format(
        Locale.ROOT,
        "%s (%s to %s)",
        format.formatted(interval.value()),
        format.formatted(interval.low()),
        format.formatted(interval.high()));
  }
}
