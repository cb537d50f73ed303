package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.LossTerms;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LossesTest {
  @TempDir private Path directory;
  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
  }

  @Test
  void aLossThatChangesIsToldTermByTermAndProven() throws Exception {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.full(24);
    }
    trainers
        .with("loss.soft", "reverse-kl:3,total-variation:1")
        .with("loss.soft-weight", "1")
        .with("loss.final-soft", "jensen-shannon(0.5)")
        .with("loss.final-soft-weight", "0.5")
        .with("loss.change-after-steps", "2")
        .with("loss.change-steps", "2");

    List<TrainingStep> steps = train("run");

    assertThat(steps)
        .extracting(TrainingStep::getSoftWeight)
        .containsExactly(1.0, 1.0, 0.75, 0.5, 0.5, 0.5);
    LossTerms first = steps.get(0).getLoss();
    assertThat(first.getForwardKl()).isPositive();
    assertThat(first.getDivergences())
        .containsOnlyKeys("jensen-shannon(0.5)", "reverse-kl", "total-variation");
    assertThat(first.getObjective())
        .isEqualTo(
            0.75 * mean(first, "reverse-kl") + 0.25 * mean(first, "total-variation"), within(1e-9));
    LossTerms last = steps.get(5).getLoss();
    assertThat(last.getObjective())
        .isEqualTo(
            0.5 * mean(last, "jensen-shannon(0.5)") + 0.5 * last.getCrossEntropy(), within(1e-9));
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      CheckpointId newest = CheckpointId.of(trainers.newest("run"));
      Verification verification = verifier.verify(newest, Optional.of(new CheckpointId("run", 0)));
      assertThat(verification.where()).isEmpty();
      assertThat(verification.answer()).isEqualTo(Verification.Answer.PROVEN);
    }
  }

  @Test
  void recordsOfCountsAreCondemnedWhereTheLossCannotUseThem() throws Exception {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(3);
      teacher.full(5);
    }

    trainers.with("loss.soft", "reverse-kl").train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(5);
    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getSkip() != null)
        .hasSize(3)
        .allSatisfy(
            entry ->
                assertThat(entry.getSkip().getReason())
                    .contains("reverse-kl is not linear in the teacher's probabilities")
                    .contains("loss.soft=forward-kl"));
  }

  @Test
  void aSpansWeightMultipliesThatOfItsRecord() throws Exception {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(4, record -> record.setWeight(0.5));
      teacher.sampled(4, record -> record.getSpans().get(0).setWeight(3));
      teacher.sampled(4, record -> record.getSpans().get(0).setWeight(0));
      teacher.sampled(1, record -> record.getSpans().get(0).setWeight(-1));
    }

    train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8);
    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getSkip() != null)
        .singleElement()
        .satisfies(entry -> assertThat(entry.getSkip().getReason()).contains("weight -1.0"));
  }

  private static double mean(LossTerms terms, String divergence) {
    return terms.getDivergences().getOrDefault(divergence, Double.NaN);
  }

  private List<TrainingStep> train(String run) throws Exception {
    List<TrainingStep> steps = new ArrayList<>();
    TrainerProgress progress = new TrainerProgress();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            steps.add(step);
          }
        });
    trainers.trainer(run, progress).run(new StopSignal());
    return steps;
  }
}
