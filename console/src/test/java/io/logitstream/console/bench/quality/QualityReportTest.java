package io.logitstream.console.bench.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.console.bench.ModelShape;
import io.logitstream.distillation.evaluation.EvaluationSums;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QualityReportTest {
  private static final QualityPlan PLAN =
      new QualityPlan(
          Path.of("teacher"),
          Path.of("student"),
          Path.of("traffic"),
          3,
          10,
          4,
          19,
          12,
          1,
          1e-3,
          8,
          8,
          1);

  @Test
  void theShareOfTheGapIsThatOfPairedSeeds() {
    QualityReport report =
        report(
            List.of(run(1.0, 0.75, 0.55, 0.5), run(1.4, 1.15, 0.95, 0.9), run(2, 1.75, 1.55, 1.5)));

    Interval sampled = report.gapClosed(TeachingMethod.SAMPLED);
    assertThat(sampled.value()).isCloseTo(0.9, within(1e-9));
    assertThat(sampled.low()).as("every seed closes the same share").isCloseTo(0.9, within(1e-9));
    assertThat(report.gapClosed(TeachingMethod.TOP_K).value()).isCloseTo(0.5, within(1e-9));
    QualityReport.Standing standing = report.standing(TeachingMethod.SAMPLED);
    assertThat(standing.forwardKlLessFull().high()).isCloseTo(0.05, within(1e-9));
    assertThat(standing.forwardKl().value()).isCloseTo(3.05 / 3, within(1e-9));
    assertThat(standing.forwardKl().low()).isLessThan(0.7);
    assertThat(standing.bytesPerToken()).isEqualTo(2);
    assertThat(report.table()).contains("0.900 (0.900 to 0.900)");
  }

  @Test
  void withoutAGapThereIsNoShareOfIt() {
    QualityReport report = report(List.of(run(1.0, 1, 1, 1.1), run(1.2, 1, 1, 1.1)));

    assertThat(report.gap().touchesZero()).isTrue();
    assertThat(report.table()).contains("undefined");
    assertThat(report.figures().toString()).contains("undefined");
  }

  private static QualityReport report(List<Map<TeachingMethod, QualityRun.Outcome>> runs) {
    return new QualityReport(PLAN, ModelShape.parse("L1 d16 H2 KV1 ff32 V64", 256), runs);
  }

  /** The students of a seed by their KL, in nats a token. */
  private static Map<TeachingMethod, QualityRun.Outcome> run(
      double labels, double topK, double sampled, double full) {
    return Map.of(
        TeachingMethod.LABELS, outcome(labels),
        TeachingMethod.TOP_K, outcome(topK),
        TeachingMethod.SAMPLED, outcome(sampled),
        TeachingMethod.FULL, outcome(full));
  }

  private static QualityRun.Outcome outcome(double forwardKl) {
    return new QualityRun.Outcome(
        Map.of("java", new EvaluationSums(1, 10, 30, 10, 0, 10 * forwardKl, 5, 5, 20)), 100, 200);
  }
}
