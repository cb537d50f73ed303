package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * A pipeline of an older build is replaced by this one while it works, a process at a time: readers
 * of the logits first, then the teachers one by one, then the producer. {@code
 * system-tests/rolling-upgrade COMMIT} builds the older one and runs this.
 */
@Tag("long")
@EnabledIfSystemProperty(
    named = "upgrade.old-class-path",
    matches = ".+",
    disabledReason = "there is no older build; system-tests/rolling-upgrade COMMIT makes one")
class RollingUpgradeTest {
  private static final int PARTITIONS = 6;

  /** More than are ever published: the producers are stopped when all else is replaced. */
  private static final int DOCUMENTS = 20_000;

  private static final int MOST_WORDS = 80;
  private static final double PROMPTS_PER_SECOND = 20;
  private static final int STEP_RECORDS = 4;
  private static final int CHECKPOINT_STEPS = 4;

  /** Windows that are scored before the next process is replaced. */
  private static final int WINDOWS_BETWEEN = 40;

  private static final String RUN = "upgraded";
  private static final Duration LONG = Duration.ofMinutes(3);

  /** What a service may take to end: docs/operations.md. */
  private static final int DRAIN_SECONDS = 70;

  private static final int SIGTERM = 143;

  @TempDir Path folder;

  @Test
  @Timeout(900)
  void servicesAreReplacedOneByOneAndNothingIsLostRepeatedOrCondemned() throws Exception {
    Pipeline now = Pipeline.prepare(folder, DOCUMENTS, MOST_WORDS, PARTITIONS);
    Pipeline old = now.withBuild(System.getProperty("upgrade.old-class-path"));
    try (ServiceProcess broker = now.broker()) {
      now.awaitUp();
      long lastOfOld = replaceAll(old, now);
      everyWindowOfEveryPromptIsThereOnce(now);
      nothingWasCondemned(now);
      theRunWentOn(now, lastOfOld);
      assertThat(broker.isAlive()).isTrue();
    }
  }

  /** Replaces every service while all work; the sequence of the old trainer's last checkpoint. */
  private static long replaceAll(Pipeline old, Pipeline now) throws Exception {
    old.command("old-topics", "topics", "create");
    try (Processes processes = new Processes();
        Admin admin = now.clients().admin();
        CommittedWindows windows = new CommittedWindows(now)) {
      TeachersGroup group = TeachersGroup.of(now, admin);
      ServiceProcess producer = processes.add(old.produce(PROMPTS_PER_SECOND));
      List<ServiceProcess> replaced =
          List.of(
              processes.add(teach(old, "old-teacher-1")),
              processes.add(teach(old, "old-teacher-2")));
      group.awaitMembers(2);
      ServiceProcess oldTrainer = processes.add(train(old, "old-trainer"));
      awaitCheckpoints(now, 3, oldTrainer);

      now.command("topics", "topics", "create");
      end(oldTrainer);
      long lastOfOld = newest(now).getSequence();
      ServiceProcess trainer = processes.add(train(now, "trainer"));
      ServiceProcess first = processes.add(teach(now, "teacher-1"));
      group.awaitMembers(3);
      int besideFrom = scoreOn(windows, replaced.get(0), replaced.get(1), first);
      end(replaced.get(0));
      group.awaitMembers(2);
      scoreOn(windows, replaced.get(1), first);
      ServiceProcess second = processes.add(teach(now, "teacher-2"));
      group.awaitMembers(3);
      int besideTo = scoreOn(windows, replaced.get(1), first, second);
      end(replaced.get(1));
      group.awaitMembers(2);
      scoreOn(windows, first, second);
      end(producer);
      ServiceProcess successor = processes.add(now.produce(PROMPTS_PER_SECOND));
      scoreOn(windows, first, second, successor);
      end(successor);

      awaitAllScored(now, first, second);
      awaitCheckpoints(now, (int) lastOfOld + 4, trainer);
      List.of(trainer, first, second).forEach(RollingUpgradeTest::end);
      ChaosReport.line(
          "%d windows of %d prompts, each there once: %d by old teachers alone, %d by old and new side by side, the rest by new ones"
              .formatted(now.windows().size(), now.prompts(), besideFrom, besideTo - besideFrom));
      return lastOfOld;
    }
  }

  private static ServiceProcess teach(Pipeline build, String name) throws IOException {
    return build.teach(
        name, "teacher.window-tokens=64", "teacher.batch-tokens=256", "teacher.sample-size=8");
  }

  private static ServiceProcess train(Pipeline build, String name) throws IOException {
    return build.train(name, RUN, STEP_RECORDS, "checkpoint.every-steps=" + CHECKPOINT_STEPS);
  }

  /** SIGTERM, as a supervisor that replaces a process sends it. */
  private static void end(ServiceProcess process) {
    try {
      assertThat(process.terminate(DRAIN_SECONDS)).as(process.output()).isEqualTo(SIGTERM);
      assertThat(process.output()).doesNotContain("not stopped within");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while " + process.name() + " ended", e);
    }
  }

  /** Waits until those who run now have scored some windows; how many there were before. */
  private static int scoreOn(CommittedWindows windows, ServiceProcess... running) {
    int before = windows.count();
    windows.await(before + WINDOWS_BETWEEN, List.of(running));
    return before;
  }

  private static void awaitCheckpoints(Pipeline pipeline, int count, ServiceProcess trainer) {
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(pipeline.manifests(RUN).size())
                    .as(trainer.output())
                    .isGreaterThanOrEqualTo(count));
  }

  private static void awaitAllScored(Pipeline pipeline, ServiceProcess... teachers) {
    int prompts = pipeline.prompts();
    await()
        .atMost(LONG)
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(pipeline.scoredPrompts())
                    .as(() -> ServiceProcess.outputs(List.of(teachers)))
                    .isEqualTo(prompts));
  }

  private static void everyWindowOfEveryPromptIsThereOnce(Pipeline pipeline) {
    Map<String, TreeSet<Integer>> windows = new HashMap<>();
    Map<String, Integer> expected = new HashMap<>();
    for (TeacherLogits logits : pipeline.logits()) {
      assertThat(
              windows
                  .computeIfAbsent(logits.getPromptId(), id -> new TreeSet<>())
                  .add(logits.getWindow()))
          .as("window %d of %s is there once", logits.getWindow(), logits.getPromptId())
          .isTrue();
      expected.put(logits.getPromptId(), logits.getWindows());
    }
    assertThat(windows).hasSize(pipeline.prompts());
    expected.forEach((id, count) -> assertThat(windows.get(id)).as(id).hasSize(count));
  }

  private static void nothingWasCondemned(Pipeline pipeline) {
    for (Topic topic : List.of(Topic.PROMPTS, Topic.TEACHER_LOGITS, Topic.EVALUATION_LOGITS)) {
      String letters = Topic.deadLetterTopic(pipeline.topic(topic));
      assertThat(pipeline.probe().committed(letters)).as(letters).isEmpty();
    }
  }

  /** From the old trainer's last checkpoint on, of which every later one is proven. */
  private static void theRunWentOn(Pipeline pipeline, long lastOfOld) throws Exception {
    CheckpointManifest newest = newest(pipeline);
    LedgerAudit audit =
        LedgerAudit.of(
            newest,
            pipeline.ledger(RUN),
            pipeline.probe().committed(pipeline.topic(Topic.TEACHER_LOGITS)));
    assertThat(audit).isEqualTo(new LedgerAudit(0, 0));
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.kafka())) {
      Verification verification =
          verifier.verify(
              new CheckpointId(RUN, newest.getSequence()),
              Optional.of(new CheckpointId(RUN, lastOfOld)));
      assertThat(verification.answer())
          .as(verification.where())
          .isEqualTo(Verification.Answer.PROVEN);
    }
    ChaosReport.line(
        "run %s: checkpoints 0 to %d by the old trainer, to %d by the new one, these proven; %d records, lost %d, trained twice %d"
            .formatted(
                RUN,
                lastOfOld,
                newest.getSequence(),
                newest.getTrainedRecords(),
                audit.lost(),
                audit.twice()));
  }

  private static CheckpointManifest newest(Pipeline pipeline) {
    List<CheckpointManifest> manifests = pipeline.manifests(RUN);
    return manifests.get(manifests.size() - 1);
  }
}
