package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills every service of a pipeline at work, over filled prompts: teachers score while a trainer
 * trains on what they publish. {@code system-tests/chaos --live} runs it with more kills.
 */
class LiveChaosTest {
  private static final int KILLS = Integer.getInteger("chaos.kills", 6);
  private static final int PARTITIONS = Integer.getInteger("chaos.partitions", 3);
  private static final int TEACHERS = Integer.getInteger("chaos.teachers", 2);
  private static final long SEED = Long.getLong("chaos.seed", 1);
  private static final int CHECKPOINT_STEPS = 4;
  private static final String RUN = "live";
  private static final String[] TRAINING = {
    "checkpoint.every-steps=" + CHECKPOINT_STEPS,
    "checkpoint.transaction-timeout=" + Chaos.TRANSACTION_TIMEOUT
  };

  /** Teachers keep pace with the trainer, so that both are at work whenever something is killed. */
  private static final String[] TEACHING = {
    "teacher.transaction-timeout=" + Chaos.TRANSACTION_TIMEOUT,
    "teacher.batch-tokens=1024",
    "teacher.prior-first-records=64",
    "backpressure.groups=" + RUN,
    "backpressure.max-lag=20",
    "backpressure.check-interval=200ms"
  };

  @TempDir Path folder;

  @Test
  @Timeout(3000)
  void whateverIsKilledEachWindowIsThereOnceAndTrainedOnOnceAndEveryCheckpointIsProven()
      throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, 60 + 5 * KILLS, PARTITIONS);
    try (ServiceProcess broker = pipeline.brokerAlone();
        ServiceProcess registry = pipeline.registry()) {
      pipeline.awaitUp();
      List<String> undisturbed = scoreUndisturbed(pipeline.withPrefix("undisturbed-"));
      Filling.fill(pipeline);
      disturb(pipeline, broker, registry, undisturbed.size());
      pipeline.awaitUp();
      assertThat(pipeline.windows()).isEqualTo(undisturbed);
      ChaosReport.line(
          "%d windows of all prompts, each there once, as in the undisturbed run"
              .formatted(undisturbed.size()));
      trainToTheEnd(pipeline);
      everyWindowWasTrainedOnOnce(pipeline);
      everyCheckpointIsProven(pipeline);
    }
  }

  private static List<String> scoreUndisturbed(Pipeline pipeline) throws Exception {
    Filling.fill(pipeline);
    int prompts = pipeline.prompts();
    try (ServiceProcess teacher = pipeline.teach("teacher", "teacher.prior-first-records=64")) {
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> pipeline.scoredPrompts() == prompts);
      teacher.terminate(60);
    }
    return pipeline.windows();
  }

  private static void disturb(
      Pipeline pipeline, ServiceProcess broker, ServiceProcess registry, int windows)
      throws Exception {
    List<ServiceProcess> teachers = new ArrayList<>();
    try (ServiceProcess trainer = pipeline.train("trainer", RUN, 1, TRAINING)) {
      List<Chaos.Victim> victims =
          new ArrayList<>(
              List.of(
                  Chaos.Victim.of(trainer),
                  new Chaos.Victim(broker, pipeline::brokerAnswers),
                  new Chaos.Victim(registry, pipeline::registryAnswers)));
      for (int teacher = 1; teacher <= TEACHERS; teacher++) {
        teachers.add(pipeline.teach("teacher-" + teacher, TEACHING));
        victims.add(Chaos.Victim.of(teachers.get(teacher - 1)));
      }
      Chaos chaos = new Chaos(SEED, victims);
      int kills =
          chaos.kill(KILLS, windows / CHECKPOINT_STEPS, () -> pipeline.committedCheckpoints(RUN));
      assertThat(kills).isEqualTo(KILLS);
      await()
          .atMost(Duration.ofMinutes(10))
          .pollInterval(Duration.ofMillis(500))
          .until(
              () -> {
                chaos.supervise();
                return pipeline.brokerAnswers()
                    && pipeline.registryAnswers()
                    && pipeline.windows().size() >= windows
                    && trainedRecords(pipeline) > trainingWindows(pipeline) - CHECKPOINT_STEPS;
              });
      trainer.terminate(90);
      ChaosReport.line(
          "%d kills (seed %d): %s".formatted(kills, SEED, Chaos.summary(chaos.strikes())));
      new RecoveryTimes(
              pipeline.read("training-steps", TrainingStep.class), pipeline.manifests(RUN))
          .lines(chaos.strikes())
          .forEach(ChaosReport::line);
    } finally {
      for (ServiceProcess teacher : teachers) {
        teacher.close();
      }
    }
  }

  private static long trainedRecords(Pipeline pipeline) {
    List<CheckpointManifest> manifests = pipeline.manifests(RUN);
    return manifests.isEmpty() ? 0 : manifests.get(manifests.size() - 1).getTrainedRecords();
  }

  private static long trainingWindows(Pipeline pipeline) {
    return pipeline.probe().committed("teacher-logits").size();
  }

  /** What a stop left behind the last kill is trained on too. */
  private static void trainToTheEnd(Pipeline pipeline) throws Exception {
    try (ServiceProcess trainer =
        pipeline.train("last-trainer", RUN, 1, TRAINING[0], "train.stop-when-idle=true")) {
      assertThat(trainer.awaitExit(300)).as(trainer.output()).isZero();
    }
  }

  private static void everyWindowWasTrainedOnOnce(Pipeline pipeline) {
    List<CheckpointManifest> manifests = pipeline.manifests(RUN);
    CheckpointManifest newest = manifests.get(manifests.size() - 1);
    var log = pipeline.probe().committed("teacher-logits");
    LedgerAudit audit = LedgerAudit.of(newest, pipeline.ledger(RUN), log);
    assertThat(audit).isEqualTo(new LedgerAudit(0, 0));
    assertThat(newest.getTrainedRecords()).isEqualTo(log.size());
    ChaosReport.line(
        "%d training windows: lost %d, trained twice %d"
            .formatted(log.size(), audit.lost(), audit.twice()));
  }

  /**
   * From the first checkpoint on, every one is trained again and compared, and the first itself.
   */
  private static void everyCheckpointIsProven(Pipeline pipeline) throws Exception {
    List<CheckpointManifest> manifests = pipeline.manifests(RUN);
    int last = manifests.size() - 1;
    assertThat(manifests.stream().map(CheckpointManifest::getSequence))
        .containsExactlyElementsOf(LongStream.rangeClosed(0, last).boxed().toList());
    assertThat(manifests.stream().skip(1).map(CheckpointManifest::getParentSequence))
        .as("each one's parent is the one before: all are on the line that is verified")
        .containsExactlyElementsOf(LongStream.range(0, last).boxed().toList());
    CheckpointId first = new CheckpointId(RUN, 0);
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.kafka())) {
      Verification beginning = verifier.verify(first, Optional.empty());
      assertThat(beginning.answer()).as(beginning.where()).isEqualTo(Verification.Answer.PROVEN);
      Verification all = verifier.verify(new CheckpointId(RUN, last), Optional.of(first));
      assertThat(all.answer()).as(all.where()).isEqualTo(Verification.Answer.PROVEN);
      assertThat(all.steps()).isEqualTo(manifests.get(last).getStep());
    }
    ChaosReport.line("%d checkpoints: all proven".formatted(manifests.size()));
  }
}
