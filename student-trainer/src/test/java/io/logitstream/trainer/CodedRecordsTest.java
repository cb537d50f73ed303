package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.logits.CodedLogitsCodec;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.logits.TopKLogits;
import io.logitstream.logits.TopKSelector;
import io.logitstream.logits.coding.ContextPrior;
import io.logitstream.logits.coding.PriorLearner;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.priors.PriorPublisher;
import io.logitstream.schemas.EvaluationMetrics;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CodedRecordsTest {
  private static final int RECORDS = 24;

  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;
  private Path model;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    model = TinyModel.write(directory.resolve("model"));
    trainers = new TrainerFixture(pipeline, model);
  }

  @Test
  void codedRecordsTrainTheStudentThatPlainOnesTrainAndItIsProven() throws Exception {
    TestPipeline plain = new TestPipeline();
    try (SyntheticTeacher teacher = new SyntheticTeacher(plain)) {
      teacher.sampled(RECORDS);
    }
    TrainerFixture plainTrainers = new TrainerFixture(plain, model);
    plainTrainers.train("run");
    // Half of them under one prior, half under another.
    ContextPrior first = prior(8);
    ContextPrior second = prior(16);
    publish(first);
    publish(second);
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(RECORDS / 2, record -> code(record, first));
      teacher.sampled(RECORDS / 2, record -> code(record, second));
    }

    trainers.train("run");

    assertThat(TrainerFixture.weightsSha256(trainers.newest("run")))
        .isEqualTo(TrainerFixture.weightsSha256(plainTrainers.newest("run")));
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification whole =
          verifier.verify(
              CheckpointId.of(trainers.newest("run")), Optional.of(new CheckpointId("run", 0)));
      assertThat(whole.answer()).isEqualTo(Verification.Answer.PROVEN);
      assertThat(whole.records()).isEqualTo(RECORDS);
    }
  }

  @Test
  void aPriorThatIsMissingIsWaitedForAndTheRecordIsNotToBlame() throws Exception {
    ContextPrior prior = prior(8);
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(RECORDS / 2);
      teacher.sampled(RECORDS / 2, record -> code(record, prior));
    }
    Health health = new Health();
    StudentTrainer trainer = trainers.trainer("run", new TrainerProgress(), health);
    CompletableFuture<Void> ended =
        CompletableFuture.runAsync(
            () -> {
              try {
                trainer.run(new StopSignal());
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
                        line ->
                            line.contains("waits for its prior") && line.contains(prior.sha256())));
    assertThat(health.isReady()).isFalse();
    assertThat(ended).isNotDone();
    publish(prior);
    ended.get(1, TimeUnit.MINUTES);

    assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(RECORDS);
    assertThat(trainers.ledger("run")).extracting(LedgerEntry::getSkip).containsOnlyNulls();
  }

  @Test
  void heldOutTopsUnderAPriorBoundHowTheStudentStands() throws Exception {
    ContextPrior prior = prior(8);
    publish(prior);
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.heldOut(2, "whole");
      teacher.heldOut(
          2, "tops", full -> TopKSelector.select(full, 5), record -> code(record, prior));
      teacher.heldOut(
          2, "warm", full -> TopKSelector.select(full, 5), warm -> warm.setTemperature(2));
      teacher.sampled(RECORDS);
    }

    trainers
        .with("evaluation.windows", "2")
        .with("evaluation.every-steps", "3")
        .with("evaluation.domains", "whole,tops")
        .with("evaluation.wait", "5m")
        .train("run");

    Map<String, EvaluationMetrics> heldOut = trainers.newest("run").getEvaluation();
    assertThat(heldOut).containsOnlyKeys("whole", "tops");
    EvaluationMetrics whole = Objects.requireNonNull(heldOut.get("whole"));
    EvaluationMetrics tops = Objects.requireNonNull(heldOut.get("tops"));
    assertThat(whole.getBoundedTokens()).isZero();
    assertThat(tops.getBoundedTokens()).isEqualTo(tops.getTokens()).isEqualTo(24);
    assertThat(tops.getForwardKl()).isBetween(0.0, whole.getForwardKl() * 2);
    assertThat(tops.getAcceptance()).isBetween(whole.getAcceptance() / 2, 1.0);
  }

  private void publish(ContextPrior prior) {
    new PriorPublisher(pipeline.clients())
        .publish(
            prior,
            new TeacherIdentity(
                "synthetic",
                SyntheticTeacher.REVISION,
                null,
                TinyModel.TOKENIZER_SHA256,
                SyntheticTeacher.VOCABULARY),
            1);
  }

  /** A prior that was learned from as many records. */
  private static ContextPrior prior(int records) throws Exception {
    PriorLearner learner = new PriorLearner(SyntheticTeacher.VOCABULARY);
    try (SyntheticTeacher teacher = new SyntheticTeacher(new TestPipeline())) {
      teacher.sampled(
          records,
          record ->
              learner.add(
                  CodedLogitsCodec.sequence(
                      (SampledLogits) TeacherLogitsRecords.decode(record, 64),
                      TeacherLogitsRecords.bounds(record.getSpans()))));
    }
    return learner.build();
  }

  private static void code(TeacherLogits record, ContextPrior prior) {
    TeacherLogits.Builder coded = TeacherLogits.newBuilder(record);
    CodedLogitsCodec codec = new CodedLogitsCodec(prior);
    if (TeacherLogitsRecords.decode(record, 64) instanceof TopKLogits top) {
      TeacherLogitsRecords.encodeInto(coded, top, codec);
    } else {
      TeacherLogitsRecords.encodeInto(
          coded, (SampledLogits) TeacherLogitsRecords.decode(record, 64), codec);
    }
    assertThat(coded.getPriorSha256()).isEqualTo(prior.sha256());
    record.setEncodingVersion(coded.getEncodingVersion());
    record.setPriorSha256(coded.getPriorSha256());
    record.setPayload(coded.getPayload());
  }
}
