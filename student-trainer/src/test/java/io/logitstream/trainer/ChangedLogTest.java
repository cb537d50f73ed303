package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run does where its log, or its settings, are no more what they were. */
class ChangedLogTest {
  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
  }

  @Test
  void recordsThatAreGoneStopTheRunUntilTheirLossIsAccepted() throws Exception {
    write(teacher -> teacher.sampled(20));
    trainers.with("train.max-steps", "1").train("run");
    pipeline.empty(Topic.TEACHER_LOGITS);
    write(teacher -> teacher.sampled(12));
    trainers.with("train.max-steps", "0");

    assertThatThrownBy(() -> trainers.train("run"))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("since checkpoint run/1")
        .hasMessageContaining("teacher-logits-0: offsets")
        .hasMessageContaining("are gone")
        .hasMessageContaining("--accept-loss");
    trainers.with("train.accept-loss", "true").train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(4 + 12);
    List<LossAcceptedEntry> losses = losses("run");
    assertThat(losses).hasSize(TestPipeline.PARTITIONS);
    assertThat(losses.get(0).getToOffset()).isEqualTo(losses.get(0).getNextOffset());
    assertThat(verify("run", trainers.newest("run").getSequence(), 1)).isEqualTo(PROVEN);
  }

  @Test
  @Tag("long")
  void aTopicThatWasCreatedAgainIsRefusedUntilTheLossIsAccepted() throws Exception {
    write(teacher -> teacher.sampled(8));
    trainers.train("run");
    String before = trainers.newest("run").getCursors().get(0).getTopicId();
    pipeline.recreate(Topic.TEACHER_LOGITS);
    write(teacher -> teacher.sampled(12));

    assertThatThrownBy(() -> trainers.train("run"))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("deleted and created again")
        .hasMessageContaining(before);
    trainers.with("train.accept-loss", "true").train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8 + 12);
    assertThat(losses("run"))
        .allSatisfy(
            loss -> {
              assertThat(loss.getTopicId()).isEqualTo(before);
              assertThat(loss.getToOffset()).isEqualTo(-1);
              assertThat(loss.getNextTopicId())
                  .isEqualTo(trainers.newest("run").getCursors().get(0).getTopicId());
            });
    long newest = trainers.newest("run").getSequence();
    assertThat(verify("run", newest, 1)).isEqualTo(PROVEN);
    assertThat(verify("run", newest, 0)).startsWith("EXPIRED").contains("created again");
  }

  @Test
  void aTopicThatIsCreatedAgainUnderARunningTrainerIsNoticedBeforeTheNextCommit() {
    write(teacher -> teacher.sampled(40));
    TrainerProgress progress = new TrainerProgress();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 4) {
              // The checkpoint of the step before it is written aside.
              await()
                  .until(
                      () ->
                          trainers.manifests("run").stream()
                              .anyMatch(manifest -> manifest.getStep() == 3));
              pipeline.recreate(Topic.TEACHER_LOGITS);
            }
          }
        });

    assertThatThrownBy(() -> trainers.trainer("run", progress).run(new StopSignal()))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("deleted and created again");
    assertThat(trainers.newest("run").getStep()).isEqualTo(3);
  }

  @Test
  @Tag("long")
  void partitionsThatAreAddedUnderARunningTrainerAreReadFromTheirFirstRecordOn() throws Exception {
    write(teacher -> teacher.sampled(8));
    StopSignal stop = new StopSignal();
    StudentTrainer trainer =
        trainers.with("train.stop-when-idle", "false").trainer("run", new TrainerProgress());
    CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> run(trainer, stop));
    await().atMost(Duration.ofMinutes(1)).until(() -> !trainers.manifests("run").isEmpty());
    pipeline.grow(Topic.TEACHER_LOGITS, 5);
    write(teacher -> teacher.over(5).sampled(40));

    await()
        .atMost(Duration.ofMinutes(2))
        .until(() -> trainers.newest("run").getTrainedRecords() >= 44);
    stop.request();
    ended.get(1, TimeUnit.MINUTES);

    assertThat(trainers.newest("run").getCursors().get(0).getPositions()).hasSize(5);
    assertThat(kinds("run")).containsOnlyOnce(LedgerKind.PARTITIONS_ADDED);
    assertThat(verify("run", trainers.newest("run").getSequence(), 0)).isEqualTo(PROVEN);
  }

  @Test
  void ratesWeightsAndBoundsMayChangeWithinARunAndTheLedgerTellsOfIt() throws Exception {
    write(teacher -> teacher.sampled(20));
    trainers.with("train.max-steps", "2").train("run");

    trainers
        .with("train.max-steps", "0")
        .with("optimizer.learning-rate", "0.0005")
        .with("optimizer.decay", "linear")
        .with("optimizer.decay-steps", "50")
        .with("loss.soft-weight", "0.5")
        .train("run");

    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getKind() == LedgerKind.SETTINGS_CHANGED)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getSettingsChanged().getBefore())
                  .containsOnly(
                      Map.entry("optimizer.learning-rate", "0.001"),
                      Map.entry("loss.soft-weight", "0.9"));
              assertThat(entry.getSettingsChanged().getAfter())
                  .containsEntry("optimizer.learning-rate", "5.0E-4")
                  .containsEntry("optimizer.decay", "LINEAR");
            });
    assertThat(verify("run", trainers.newest("run").getSequence(), 0)).isEqualTo(PROVEN);
  }

  @Test
  void aRunKeepsHowItsStepsAreCutUntilAnotherPlanIsAskedFor() throws Exception {
    write(teacher -> teacher.sampled(20));
    trainers.with("train.micro-batch-plan", "filled").with("train.max-steps", "1").train("run");
    trainers.with("train.micro-batch-plan", "auto").with("train.max-steps", "2").train("run");

    assertThat(trainers.newest("run").getConfiguration())
        .as("as a run that began before there were plans")
        .doesNotContainKey("train.micro-batch-plan");
    assertThat(kinds("run")).doesNotContain(LedgerKind.SETTINGS_CHANGED);

    trainers.with("train.micro-batch-plan", "least-work").with("train.max-steps", "0").train("run");

    assertThat(trainers.newest("run").getConfiguration())
        .containsEntry("train.micro-batch-plan", "least-work");
    assertThat(kinds("run")).containsOnlyOnce(LedgerKind.SETTINGS_CHANGED);
    assertThat(verify("run", trainers.newest("run").getSequence(), 0)).isEqualTo(PROVEN);
  }

  private static final String PROVEN = "PROVEN ";

  private String verify(String run, long sequence, long from) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(
              new CheckpointId(run, sequence), Optional.of(new CheckpointId(run, from)));
      return verification.answer() + " " + verification.where();
    }
  }

  private List<LossAcceptedEntry> losses(String run) {
    return trainers.ledger(run).stream()
        .filter(entry -> entry.getKind() == LedgerKind.LOSS_ACCEPTED)
        .map(LedgerEntry::getLossAccepted)
        .toList();
  }

  private List<LedgerKind> kinds(String run) {
    return trainers.ledger(run).stream().map(LedgerEntry::getKind).toList();
  }

  private static void run(StudentTrainer trainer, StopSignal stop) {
    try {
      trainer.run(stop);
    } catch (Exception e) {
      throw new CompletionException(e);
    }
  }

  private void write(Consumer<SyntheticTeacher> writing) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      writing.accept(teacher);
    }
  }
}
