package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class StudentTrainerTest {
  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
  }

  @Test
  void aRunTrainsOnEveryRecordAndLeavesCheckpointsAndALedger() throws Exception {
    write(teacher -> teacher.sampled(30));

    TrainerProgress.Snapshot progress = trainers.train("run").snapshot();

    List<CheckpointManifest> manifests = trainers.manifests("run");
    assertThat(manifests)
        .extracting(CheckpointManifest::getSequence)
        .containsExactly(0L, 1L, 2L, 3L);
    assertThat(manifests).extracting(CheckpointManifest::getStep).containsExactly(0L, 3L, 6L, 8L);
    CheckpointManifest newest = manifests.get(3);
    assertThat(newest.getTrainedRecords()).isEqualTo(30);
    assertThat(newest.getTrainedTokens()).isEqualTo(30 * 12);
    assertThat(newest.getParentSequence()).isEqualTo(2);
    List<StepEntry> steps =
        trainers.ledger("run").stream().map(LedgerEntry::getStep).filter(Objects::nonNull).toList();
    assertThat(steps)
        .extracting(StepEntry::getStep)
        .containsExactly(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
    assertThat(steps.stream().flatMap(step -> step.getRanges().stream()))
        .satisfies(
            ranges ->
                assertThat(ranges.stream().mapToInt(range -> range.getCount()).sum())
                    .isEqualTo(30));
    assertThat(progress.trainedRecords()).isEqualTo(30);
    assertThat(progress.checkpoints()).hasSize(4);
    assertThat(progress.checkpoints().get(3).weightsSha256())
        .isEqualTo(TrainerFixture.weightsSha256(newest));
    assertThat(progress.latestStep().map(TrainingStep::getStep)).contains(8L);
    assertThat(progress.bytesPerToken().getAsDouble()).isPositive();
    assertThat(progress.promptToStepP99Ms().getAsDouble()).isNotNegative();
  }

  @Test
  void aRunLearnsFromLabelsWithoutAnEvaluationSet() throws Exception {
    write(teacher -> teacher.labels(16));

    TrainerProgress.Snapshot progress =
        trainers.with("loss.soft-weight", "0").train("labels").snapshot();

    TrainingStep last = progress.latestStep().orElseThrow();
    assertThat(last.getStep()).isEqualTo(4);
    assertThat(last.getLoss().getForwardKl()).isNull();
    assertThat(last.getLoss().getCrossEntropy()).isBetween(2.5, 3.8);
  }

  @Test
  void aRunThatIsStoppedAndStartedAgainEndsWithTheWeightsOfAnUndisturbedOne() throws Exception {
    write(teacher -> teacher.sampled(41));

    trainers.train("undisturbed");
    // Ends between two checkpoints of the other run, and in the middle of the partitions' turns.
    trainers.with("train.max-steps", "4").train("disturbed");
    trainers.with("train.max-steps", "5").train("disturbed");
    trainers.with("train.max-steps", "0").train("disturbed");

    assertThat(trainers.newest("disturbed").getStep()).isEqualTo(11);
    assertThat(TrainerFixture.weightsSha256(trainers.newest("disturbed")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("undisturbed")));
    assertThat(trainers.newest("disturbed").getCursors())
        .isEqualTo(trainers.newest("undisturbed").getCursors());
    assertThat(trainers.newest("disturbed").getIncarnation()).isEqualTo(3);
    assertThat(steps("disturbed")).isEqualTo(steps("undisturbed"));
  }

  @Test
  void aStopLeavesACheckpointOfTheLastStep() throws Exception {
    write(teacher -> teacher.sampled(40));
    StopSignal stop = new StopSignal();
    TrainerProgress progress = new TrainerProgress();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 4) {
              stop.request();
            }
          }
        });

    trainers.trainer("stopped", progress).run(stop);

    assertThat(trainers.newest("stopped").getStep()).isEqualTo(4);
    assertThat(progress.snapshot().phase()).isEqualTo(TrainerProgress.Phase.ENDED);
  }

  @Test
  void recordsOfOtherTeachersArePassedOverAndCountedInTheRanges() throws Exception {
    write(
        teacher -> {
          teacher.sampled(9, record -> record.getTeacher().setRevision("r0"));
          teacher.sampled(8);
        });

    trainers.with("student.teachers", "synthetic@r1").train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8);
    assertThat(steps("run").stream().flatMap(step -> step.getRanges().stream()))
        .satisfies(
            ranges -> {
              assertThat(ranges.stream().mapToInt(range -> range.getPassedOver()).sum())
                  .isEqualTo(9);
              assertThat(ranges.stream().mapToInt(range -> range.getCount()).sum()).isEqualTo(17);
            });
  }

  @Test
  void condemnedRecordsGoToTheDeadLettersWithTheirEntriesInTheLedger() throws Exception {
    write(
        teacher -> {
          teacher.sampled(3);
          teacher.bytes(Topic.TEACHER_LOGITS, 0, new byte[] {1, 2, 3});
          teacher.bytes(Topic.TEACHER_LOGITS, 0, null); // a tombstone condemns nothing
          teacher.sampled(1, record -> record.getTeacher().setTokenizerSha256("another"));
          teacher.sampled(
              1,
              record -> {
                byte[] payload = record.getPayload().array().clone();
                payload[payload.length - 1] ^= 1;
                record.setPayload(ByteBuffer.wrap(payload));
              });
          teacher.sampled(1, record -> record.setHeldOut(true));
          teacher.sampled(5);
        });

    TrainerProgress.Snapshot progress = trainers.train("run").snapshot();

    assertThat(skips("run"))
        .extracting(SkipEntry::getCode)
        .containsExactlyInAnyOrder("malformed", "wrong-tokenizer", "checksum", "held-out");
    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8);
    assertThat(progress.deadLetters()).isEqualTo(4);
    assertThat(committed(Topic.deadLetterTopic(pipeline.topic(Topic.TEACHER_LOGITS)))).isEqualTo(4);
  }

  @Test
  void aRecordThatAnOperatorNamesIsSkippedAndSoInTheLedger() throws Exception {
    write(teacher -> teacher.sampled(12));

    trainers.with("train.skip", "1@0").train("run");

    assertThat(skips("run"))
        .singleElement()
        .satisfies(
            skip -> {
              assertThat(skip.getCode()).isEqualTo("operator");
              assertThat(skip.getPartition()).isEqualTo(1);
              assertThat(skip.getOffset()).isZero();
            });
    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(11);
  }

  @Test
  void tooManyCondemnedRecordsStopTheRun() {
    write(
        teacher -> {
          for (int i = 0; i < 5; i++) {
            teacher.bytes(Topic.TEACHER_LOGITS, 0, new byte[] {1});
          }
        });

    assertThatThrownBy(() -> trainers.with("ingest.max-condemned", "3").train("run"))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("4 records")
        .hasMessageContaining("at most 3");
  }

  @Test
  void recordsThatTheLossCannotUseAreCondemnedAndTheRunGoesOn() throws Exception {
    write(
        teacher -> {
          teacher.sampled(4);
          teacher.sampled(1, record -> record.setTemperature(2));
          teacher.labels(1);
          teacher.sampled(4);
        });

    trainers.train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8);
    assertThat(skips("run"))
        .extracting(SkipEntry::getCode)
        .containsExactly("unfit-for-loss", "unfit-for-loss");
    assertThat(skips("run"))
        .extracting(SkipEntry::getReason)
        .anySatisfy(reason -> assertThat(reason).contains("domain java", "temperature 2.0"))
        .anySatisfy(reason -> assertThat(reason).contains("LABELS"));
  }

  @Test
  void recordsWithNamesThatWouldNotFitTheLedgerAreCondemned() throws Exception {
    write(
        teacher -> {
          teacher.sampled(4);
          teacher.sampled(
              1,
              record -> {
                record.setPromptId("p".repeat(300_000));
                record.setHeldOut(true);
              });
          teacher.sampled(1, record -> record.setDomain("d".repeat(300_000)));
          // What is left over makes a last, smaller step, with all that was condemned before it.
          teacher.sampled(5);
        });

    trainers.train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(9);
    assertThat(skips("run"))
        .extracting(SkipEntry::getCode)
        .containsExactly("metadata-too-large", "metadata-too-large");
  }

  @Test
  @Timeout(180)
  void moreCondemnedBytesThanATransactionShouldHoldAreCutAndTheRunGoesOn() throws Exception {
    byte[] large = new byte[7 << 20];
    byte[] bomb = new byte[20 << 20];
    // A zero would begin the wire format, with a schema that another registry may know.
    large[0] = 1;
    bomb[0] = 1;
    write(
        teacher -> {
          teacher.sampled(3);
          for (int i = 0; i < 6; i++) {
            teacher.bytes(Topic.TEACHER_LOGITS, 0, large);
          }
          teacher.compressed(Topic.TEACHER_LOGITS, 0, bomb);
          teacher.sampled(5);
        });

    trainers.train("run");

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(8);
    assertThat(skips("run")).hasSize(7);
    assertThat(pipeline.records(Topic.deadLetterTopic(pipeline.topic(Topic.TEACHER_LOGITS))))
        .hasSize(7)
        .anySatisfy(letter -> assertThat(letter.value()).hasSize(7 << 20))
        .anySatisfy(
            letter ->
                assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.VALUE_BYTES))
                    .contains("7340032"))
        .anySatisfy(
            letter ->
                assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.VALUE_BYTES))
                    .contains("20971520"));
  }

  @Test
  void damagedEvaluationWindowsAreDeadLettersOnceForARun() throws Exception {
    write(
        teacher -> {
          teacher.bytes(Topic.EVALUATION_LOGITS, 0, new byte[] {1, 2, 3});
          teacher.heldOut(3, "java");
          teacher.sampled(16);
        });
    trainers
        .with("evaluation.windows", "3")
        .with("evaluation.domains", "java")
        .with("evaluation.wait", "5m")
        .with("train.max-steps", "2");

    trainers.train("run");
    trainers.with("train.max-steps", "4").train("run");

    assertThat(skips("run"))
        .singleElement()
        .satisfies(
            skip -> {
              assertThat(skip.getCursor()).isEqualTo("evaluation");
              assertThat(skip.getCode()).isEqualTo("malformed");
            });
    assertThat(committed(Topic.deadLetterTopic(pipeline.topic(Topic.EVALUATION_LOGITS))))
        .isEqualTo(1);
    assertThat(trainers.newest("run").getEvaluationSets()).hasSize(1);
  }

  @Test
  @Tag("long")
  void pinnedWindowsAreFoundAgainThoughTheLongestWindowWasLowered() throws Exception {
    write(
        teacher -> {
          teacher.heldOut(3, "java");
          teacher.sampled(16);
        });
    trainers
        .with("evaluation.windows", "3")
        .with("evaluation.domains", "java")
        .with("train.max-steps", "2")
        .train("run");

    // Windows have 13 tokens: those to train on are condemned from here on, the pinned ones stay.
    trainers.with("train.max-tokens", "8").with("train.max-steps", "4").train("run");

    assertThat(trainers.newest("run").getStep()).isEqualTo(2);
    assertThat(trainers.manifests("run").get(1).getEvaluationSets()).hasSize(1);
  }

  @Test
  void theEvaluationSetIsPinnedBeforeTheFirstStepAndFoundAgainAfterARestart() throws Exception {
    write(
        teacher -> {
          teacher.heldOut(5, "java");
          teacher.heldOut(1, "scala");
          teacher.sampled(16);
        });
    trainers
        .with("evaluation.windows", "3")
        .with("evaluation.every-steps", "2")
        .with("evaluation.domains", "java")
        .with("train.max-steps", "2");

    TrainerProgress.Snapshot first = trainers.train("run").snapshot();
    write(teacher -> teacher.heldOut(4, "java"));
    TrainerProgress.Snapshot second = trainers.with("train.max-steps", "4").train("run").snapshot();

    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getKind() == LedgerKind.EVALUATION_SET_PINNED)
        .singleElement()
        .satisfies(entry -> assertThat(entry.getIndex()).isZero());
    assertThat(first.latestEvaluation()).containsOnlyKeys("java");
    EvaluationMetrics java = first.latestOverall().orElseThrow();
    assertThat(java.getWindows()).isEqualTo(3);
    assertThat(java.getAcceptance()).isBetween(0.1, 1.0);
    assertThat(first.evaluationBytesPerToken().getAsDouble()).isGreaterThan(40);
    assertThat(second.latestEvaluation()).containsOnlyKeys("java");
    List<CheckpointManifest> manifests = trainers.manifests("run");
    assertThat(manifests.get(2).getEvaluationSets())
        .isEqualTo(manifests.get(1).getEvaluationSets())
        .hasSize(1);
  }

  @Test
  void aDomainThatComesLaterIsPinnedAtAStepBoundary() throws Exception {
    write(
        teacher -> {
          teacher.heldOut(2, "scala");
          teacher.sampled(24);
        });

    trainers.with("evaluation.windows", "2").with("evaluation.domains", "scala").train("run");
    write(
        teacher -> {
          teacher.heldOut(2, "java");
          teacher.sampled(8);
        });
    trainers.with("evaluation.domains", "scala,java").train("run");

    assertThat(trainers.newest("run").getEvaluationSets())
        .extracting(set -> set.getDomain())
        .containsExactly("java", "scala");
  }

  @Test
  void aRestartWithOtherTrainingSettingsIsRefusedByName() throws Exception {
    write(teacher -> teacher.sampled(8));
    trainers.train("run");

    assertThatThrownBy(
            () -> trainers.with("train.seed", "5").with("train.step-records", "8").train("run"))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
        .hasMessageContaining("train.seed is 5, and run run was started with 1")
        .hasMessageContaining("train.step-records is 8, and run run was started with 4");
  }

  @Test
  void aRestartMayChangeCadencesAndTeachersAndTheLatterIsInTheLedger() throws Exception {
    write(teacher -> teacher.sampled(8));
    trainers.train("run");
    write(teacher -> teacher.sampled(4));

    trainers
        .with("checkpoint.every-steps", "1")
        .with("student.teachers", "synthetic@r1")
        .train("run");

    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getKind() == LedgerKind.TEACHER_SWITCH)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getTeacherSwitch().getBefore()).containsExactly("*");
              assertThat(entry.getTeacherSwitch().getAfter()).containsExactly("synthetic@r1");
            });
  }

  @Test
  void aRecordWhoseSchemaTheRegistryDoesNotKnowIsWaitedForAndAStopIsHeard() throws Exception {
    byte[] unknownSchema = {0, 0x7f, 0, 0, 0, 1, 2};
    assertWaitedFor(
        teacher -> teacher.bytes(Topic.TEACHER_LOGITS, 0, unknownSchema),
        "look up schema 2130706432 of topic");
  }

  @Test
  void aRecordOfAnEncodingNewerThanThisBuildIsWaitedForAndAStopIsHeard() throws Exception {
    assertWaitedFor(
        teacher -> teacher.sampled(1, record -> record.setEncodingVersion(9)),
        "waits for a newer build: encoding SAMPLED of version 9");
  }

  private void assertWaitedFor(Consumer<SyntheticTeacher> unreadable, String reason)
      throws Exception {
    write(
        teacher -> {
          teacher.sampled(20);
          unreadable.accept(teacher);
        });
    Health health = new Health();
    StopSignal stop = new StopSignal();
    StudentTrainer trainer = trainers.trainer("run", new TrainerProgress(), health);
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(
            () -> {
              try {
                trainer.run(stop);
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            });

    await()
        .atMost(Duration.ofMinutes(1))
        .until(
            () ->
                health.reasons().stream()
                    .anyMatch(
                        line -> line.startsWith("trainer-feed waiting") && line.contains(reason)));
    assertThat(health.isReady()).isFalse();
    stop.request();
    ended.get(1, TimeUnit.MINUTES);

    assertThat(skips("run")).isEmpty();
    assertThat(committed(Topic.deadLetterTopic(pipeline.topic(Topic.TEACHER_LOGITS)))).isZero();
  }

  @Test
  void aTrainerThatAnotherOneReplacesIsFenced() throws Exception {
    write(teacher -> teacher.sampled(40));
    TrainerProgress progress = new TrainerProgress();
    TrainerFixture successor =
        new TrainerFixture(pipeline, directory.resolve("model")).with("train.max-steps", "6");
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 4) {
              try {
                successor.train("run");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
            }
          }
        });

    assertThatThrownBy(() -> trainers.trainer("run", progress).run(new StopSignal()))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED));
    assertThat(trainers.newest("run").getStep()).isEqualTo(6);
    assertThat(trainers.newest("run").getIncarnation()).isEqualTo(2);
  }

  @Test
  void aFailureThatTheEnvironmentMayMendEndsASessionNotTheTrainer() throws Exception {
    write(teacher -> teacher.sampled(41));
    trainers.train("undisturbed");
    TrainerProgress progress = new TrainerProgress();
    AtomicBoolean failed = new AtomicBoolean();
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 5 && failed.compareAndSet(false, true)) {
              throw new LogitstreamException(FailureKind.RETRYABLE, "a transaction expired");
            }
          }
        });

    trainers.trainer("mended", progress).run(new StopSignal());

    assertThat(trainers.newest("mended").getIncarnation()).isEqualTo(2);
    assertThat(TrainerFixture.weightsSha256(trainers.newest("mended")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("undisturbed")));
    assertThat(steps("mended")).isEqualTo(steps("undisturbed"));
  }

  @Test
  void aTrainerThatMustTakeItsRunOverAgainStopsIfAnotherHasDoneSo() throws Exception {
    write(teacher -> teacher.sampled(40));
    TrainerProgress progress = new TrainerProgress();
    TrainerFixture successor =
        new TrainerFixture(pipeline, directory.resolve("model")).with("train.max-steps", "6");
    progress.listen(
        new TrainerProgress.Listener() {
          @Override
          public void stepTaken(TrainingStep step) {
            if (step.getStep() == 4) {
              try {
                successor.train("run");
              } catch (Exception e) {
                throw new IllegalStateException(e);
              }
              throw new LogitstreamException(FailureKind.RETRYABLE, "a transaction expired");
            }
          }
        });

    assertThatThrownBy(() -> trainers.trainer("run", progress).run(new StopSignal()))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED))
        .hasMessageContaining("incarnation 2, this one was 1");
    assertThat(trainers.newest("run").getIncarnation()).isEqualTo(2);
  }

  private void write(Consumer<SyntheticTeacher> writing) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      writing.accept(teacher);
    }
  }

  private List<StepEntry> steps(String run) {
    return trainers.ledger(run).stream()
        .map(LedgerEntry::getStep)
        .filter(Objects::nonNull)
        .toList();
  }

  private List<SkipEntry> skips(String run) {
    return trainers.ledger(run).stream()
        .map(LedgerEntry::getSkip)
        .filter(Objects::nonNull)
        .toList();
  }

  private int committed(String topic) {
    return pipeline.records(topic).size();
  }
}
