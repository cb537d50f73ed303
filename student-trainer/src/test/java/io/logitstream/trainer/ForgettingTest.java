package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Traffic shifts at once from one domain to another, whose tokens are the same and follow one
 * another otherwise; students with and without rehearsal take the same records. {@code
 * system-tests/forgetting} prints what they know of both at the end.
 */
@Tag("long")
class ForgettingTest {
  private static final int SEEDS = Integer.getInteger("forgetting.seeds", 5);
  private static final int RECORDS = 600;
  private static final int WINDOWS = 16;
  private static final String BEFORE = "A";
  private static final String AFTER = "B";

  /** Quantile 0.975 of Student's t with 1 to 9 degrees of freedom; the normal one from there on. */
  private static final double[] T = {12.71, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262};

  @TempDir Path directory;

  private record Outcome(double before, double after, long steps) {}

  @Test
  void aStudentThatRehearsesKeepsMoreOfWhatTrafficNoLongerBrings() throws Exception {
    TestPipeline pipeline = new TestPipeline();
    shift(pipeline);
    Map<String, List<Outcome>> outcomes = new LinkedHashMap<>();
    for (String draw : List.of("none", "uniform", "recent", "domains")) {
      List<Outcome> bySeed = new ArrayList<>();
      for (int seed = 1; seed <= SEEDS; seed++) {
        bySeed.add(train(pipeline, draw, seed));
      }
      outcomes.put(draw, bySeed);
    }
    print(outcomes);
    List<Outcome> without = outcomes.getOrDefault("none", List.of());
    for (String draw : List.of("uniform", "domains")) {
      Interval kept = Interval.of(without, outcomes.getOrDefault(draw, List.of()), true);
      assertThat(kept.mean() + kept.halfWidth()).as("%s: KL on A against none", draw).isNegative();
    }
  }

  private static void shift(TestPipeline pipeline) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.heldOutPattern(WINDOWS, BEFORE, 0, 1);
      teacher.heldOutPattern(WINDOWS, AFTER, 0, 3);
      teacher.pattern(RECORDS, BEFORE, 0, 1);
      teacher.pattern(RECORDS, AFTER, 0, 3);
    }
  }

  private Outcome train(TestPipeline pipeline, String draw, int seed) throws Exception {
    String run = draw + "-" + seed;
    boolean isOn = !draw.equals("none");
    TrainerFixture trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("train.seed", Integer.toString(seed))
            .with("train.step-records", "8")
            .with("optimizer.learning-rate", "0.01")
            .with("evaluation.windows", Integer.toString(WINDOWS))
            .with("evaluation.domains", BEFORE + "," + AFTER)
            .with("evaluation.every-steps", "1000000")
            // The checkpoint at which training ends is measured.
            .with("gate.every-steps", "1000000")
            .with("checkpoint.every-steps", "1000000")
            .with("rehearsal.share", isOn ? "0.25" : "0")
            .with("rehearsal.draw", isOn ? draw : "uniform")
            .with("rehearsal.half-life-records", "300")
            .with("rehearsal.refresh-steps", "5");
    trainers.train(run);
    CheckpointManifest end = trainers.newest(run);
    return new Outcome(forwardKl(end, BEFORE), forwardKl(end, AFTER), end.getStep());
  }

  private static double forwardKl(CheckpointManifest manifest, String domain) {
    return Optional.ofNullable(manifest.getEvaluation().get(domain))
        .map(EvaluationMetrics::getForwardKl)
        .orElseThrow(() -> new AssertionError("no evaluation of " + domain + " in " + manifest));
  }

  private static void print(Map<String, List<Outcome>> outcomes) throws IOException {
    List<Outcome> without = outcomes.getOrDefault("none", List.of());
    List<String> lines = new ArrayList<>();
    lines.add(
        "%d records of A, then %d of B; %d seeds; forward KL in nats a token on %d held-out windows"
            .formatted(RECORDS, RECORDS, SEEDS, WINDOWS));
    lines.add(
        "%-10s %6s %8s %8s   %-22s %-22s"
            .formatted(
                "rehearsal", "steps", "KL on A", "KL on B", "A against none", "B against none"));
    outcomes.forEach(
        (draw, found) ->
            lines.add(
                String.format(
                    Locale.ROOT,
                    "%-10s %6d %8.3f %8.3f   %-22s %-22s",
                    draw,
                    found.get(0).steps(),
                    found.stream().mapToDouble(Outcome::before).average().orElseThrow(),
                    found.stream().mapToDouble(Outcome::after).average().orElseThrow(),
                    draw.equals("none") ? "" : Interval.of(without, found, true),
                    draw.equals("none") ? "" : Interval.of(without, found, false))));
    String file = System.getProperty("forgetting.report");
    if (file != null) {
      Files.write(
          Path.of(file), lines, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }

  /** The mean of paired differences with its 95 % interval. */
  private record Interval(double mean, double halfWidth) {
    static Interval of(List<Outcome> without, List<Outcome> with, boolean before) {
      double[] differences =
          IntStream.range(0, without.size())
              .mapToDouble(
                  i ->
                      before
                          ? with.get(i).before() - without.get(i).before()
                          : with.get(i).after() - without.get(i).after())
              .toArray();
      int n = differences.length;
      double mean = IntStream.range(0, n).mapToDouble(i -> differences[i]).sum() / n;
      double squares =
          IntStream.range(0, n).mapToDouble(i -> Math.pow(differences[i] - mean, 2)).sum();
      double quantile = n - 1 <= T.length ? T[n - 2] : 1.96;
      return new Interval(mean, quantile * Math.sqrt(squares / (n - 1) / n));
    }

    @Override
    public String toString() {
      return String.format(Locale.ROOT, "%+.3f ± %.3f", mean, halfWidth);
    }
  }
}
