package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.Lineage;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.DiscardedRange;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.Verdict;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs with a gate, on patterns that a tiny student learns. */
class GatedTrainingTest {
  private static final int LOWER = 0;
  private static final int UPPER = 1;

  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("gate.every-steps", "10")
            .with("gate.rejections", "2")
            .with("checkpoint.every-steps", "10")
            .with("evaluation.windows", "6")
            .with("evaluation.every-steps", "1000")
            .with("optimizer.learning-rate", "0.01")
            .with("loss.soft-weight", "1");
  }

  @Test
  @Tag("long")
  void whatIsTaughtWronglyIsRejectedAndTheRunGoesOnFromTheLastAcceptedCheckpoint()
      throws Exception {
    write(
        teacher -> {
          teacher.heldOutPattern(6, "java", LOWER, 1);
          teacher.pattern(160, "java", LOWER, 1);
          teacher.pattern(120, "java", LOWER, 4);
          teacher.pattern(120, "java", LOWER, 1);
        });
    trainers.with("evaluation.domains", "java").train("run");

    List<CheckpointManifest> manifests = trainers.manifests("run");
    RollbackEntry rollback =
        trainers.ledger("run").stream()
            .filter(entry -> entry.getKind() == LedgerKind.ROLLBACK)
            .map(LedgerEntry::getRollback)
            .findFirst()
            .orElseThrow();
    int after = Math.toIntExact(rollback.getToSequence()) + 3;
    CheckpointManifest taken = manifests.get(after);
    CheckpointManifest accepted = manifests.get(after - 3);
    assertThat(manifests.subList(after - 3, after + 1))
        .extracting(CheckpointManifest::getVerdict)
        .containsExactly(Verdict.ACCEPTED, Verdict.REJECTED, Verdict.REJECTED, Verdict.ACCEPTED);
    assertThat(taken.getSequence()).isEqualTo(after);
    assertThat(taken.getParentSequence()).isEqualTo(accepted.getSequence());
    assertThat(taken.getStep()).isEqualTo(accepted.getStep());
    assertThat(TrainerFixture.weightsSha256(taken))
        .isEqualTo(TrainerFixture.weightsSha256(accepted));
    assertThat(taken.getCursors()).isEqualTo(manifests.get(after - 1).getCursors());
    assertThat(rollback.getReason()).isEqualTo("2 checkpoints in a row were rejected");
    assertThat(rollback.getDiscarded().stream().mapToLong(GatedTrainingTest::offsets).sum())
        .isEqualTo(20 * 4);
    assertThat(manifests.get(after - 1).getVerdictReason()).contains("java KL");
    // The last records are of the right kind again.
    CheckpointManifest newest = manifests.get(manifests.size() - 1);
    assertThat(newest.getVerdict()).isEqualTo(Verdict.ACCEPTED);
    assertThat(kl(newest, "java")).isLessThan(0.6);

    assertThat(verify("run", after, Optional.empty())).isEqualTo("PROVEN ");
    assertThat(verify("run", newest.getSequence(), Optional.of(0L))).isEqualTo("PROVEN ");
    assertThat(verify("run", after - 1, Optional.empty())).isEqualTo("PROVEN ");
    assertThat(lineage(newest).steps()).isEqualTo(newest.getStep());
    assertThat(lineage(newest).rollbacks()).isNotEmpty();
    assertThat(lineage(newest).tokens().get(0).getTokens()).isEqualTo(newest.getTrainedTokens());
  }

  @Test
  @Tag("long")
  void aRunThatIsStoppedBetweenItsCheckpointsGoesBackWhereAnUndisturbedOneDoes() throws Exception {
    write(
        teacher -> {
          teacher.heldOutPattern(6, "java", LOWER, 1);
          teacher.pattern(100, "java", LOWER, 1);
          teacher.pattern(100, "java", LOWER, 4);
        });
    trainers.with("evaluation.domains", "java");
    trainers.train("undisturbed");

    for (long step : new long[] {7, 33, 35}) {
      stopAt("disturbed", step);
    }
    trainers.train("disturbed");

    assertThat(verdicts("undisturbed")).contains(Verdict.REJECTED);
    assertThat(verdicts("disturbed").stream().filter(verdict -> verdict != Verdict.UNGATED))
        .containsExactlyElementsOf(
            verdicts("undisturbed").stream()
                .filter(verdict -> verdict != Verdict.UNGATED)
                .toList());
    assertThat(TrainerFixture.weightsSha256(trainers.newest("disturbed")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("undisturbed")));
    assertThat(verify("disturbed", trainers.newest("disturbed").getSequence(), Optional.of(0L)))
        .isEqualTo("PROVEN ");
  }

  @Test
  void aHealthyShiftOfTrafficIsAccepted() throws Exception {
    write(
        teacher -> {
          teacher.heldOutPattern(6, "java", LOWER, 1);
          teacher.heldOutPattern(6, "scala", UPPER, 3);
          teacher.pattern(160, "java", LOWER, 1);
          teacher.pattern(240, "scala", UPPER, 3);
        });

    trainers.with("evaluation.domains", "java,scala").train("run");

    List<CheckpointManifest> manifests = trainers.manifests("run");
    assertThat(manifests.subList(1, manifests.size()))
        .allSatisfy(
            manifest ->
                assertThat(manifest.getVerdict())
                    .as(manifest.getVerdictReason())
                    .isEqualTo(Verdict.ACCEPTED));
    CheckpointManifest newest = manifests.get(manifests.size() - 1);
    assertThat(kl(newest, "scala")).isLessThan(kl(manifests.get(4), "scala") / 2);
  }

  private void stopAt(String run, long step) throws Exception {
    StopSignal stop = new StopSignal();
    TrainerProgress progress = new TrainerProgress();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep taken) {
            if (taken.getStep() == step) {
              stop.request();
            }
          }
        });
    trainers.trainer(run, progress).run(stop);
  }

  private static double kl(CheckpointManifest manifest, String domain) {
    EvaluationMetrics metrics = manifest.getEvaluation().get(domain);
    return metrics == null ? Double.NaN : metrics.getForwardKl();
  }

  private List<Verdict> verdicts(String run) {
    return trainers.manifests(run).stream().map(CheckpointManifest::getVerdict).toList();
  }

  private static long offsets(DiscardedRange range) {
    return range.getToOffset() - range.getFromOffset();
  }

  private Lineage lineage(CheckpointManifest manifest) {
    try (LedgerReader ledger = new LedgerReader(pipeline.clients())) {
      return Lineage.of(manifest, ledger);
    }
  }

  private String verify(String run, long sequence, Optional<Long> from) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(
              new CheckpointId(run, sequence),
              from.map(ancestor -> new CheckpointId(run, ancestor)));
      return verification.answer() + " " + verification.where();
    }
  }

  private void write(Consumer<SyntheticTeacher> writing) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      writing.accept(teacher);
    }
  }
}
