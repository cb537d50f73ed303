package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.checkpoints.CheckpointReader;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Every service in a process of its own; each is killed once with SIGKILL and started again. */
@Tag("long")
class KillOneTest {
  private static final int DOCUMENTS = 300;
  private static final int STEP_RECORDS = 4;
  private static final int CHECKPOINT_STEPS = 8;
  private static final String RUN = "kill-one";

  @TempDir Path folder;

  @Test
  @Timeout(420)
  void whicheverServiceIsKilledNothingIsLostRepeatedOrTorn() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 4);
    try (ServiceProcess broker = pipeline.broker()) {
      KafkaProbe probe = pipeline.probe();
      pipeline.awaitUp();
      pipeline.command("topics", "topics", "create");
      try (ServiceProcess producer = pipeline.produce(25);
          ServiceProcess firstTeacher = pipeline.teach("teacher-1");
          ServiceProcess secondTeacher = pipeline.teach("teacher-2");
          ServiceProcess trainer =
              pipeline.train(
                  "trainer", RUN, STEP_RECORDS, "checkpoint.every-steps=" + CHECKPOINT_STEPS)) {
        awaitRecords(probe, "checkpoints", 2, trainer);
        producer.killAndRestart();
        awaitRecords(probe, "prompts", DOCUMENTS / 4, producer);
        firstTeacher.killAndRestart();
        awaitRecords(probe, "checkpoints", 4, trainer);
        trainer.killAndRestart();
        secondTeacher.killAndRestart();
        awaitRecords(probe, "prompts", DOCUMENTS / 2, producer);
        broker.killAndRestart();

        assertThat(producer.awaitExit(150)).as(producer.output()).isZero();
        Set<String> prompts = promptsExactlyOnce(pipeline);
        await()
            .atMost(Duration.ofSeconds(150))
            .pollInterval(Duration.ofSeconds(1))
            .until(
                () ->
                    pipeline.logits().stream().map(l -> l.getPromptId()).distinct().count()
                        == prompts.size());
        windowsExactlyOnce(pipeline, prompts);
        long steps = probe.committed("teacher-logits").size() / STEP_RECORDS;
        long lastCheckpoint = steps / CHECKPOINT_STEPS * CHECKPOINT_STEPS;
        await()
            .atMost(Duration.ofSeconds(120))
            .pollInterval(Duration.ofSeconds(1))
            .untilAsserted(
                () ->
                    assertThat(newestStep(pipeline))
                        .as(trainer.output())
                        .isEqualTo(lastCheckpoint));
        assertThat(secondTeacher.isAlive()).as(secondTeacher.output()).isTrue();
      }
      everyCheckpointIsWholeAndItsLedgerHasNoGap(pipeline);
    }
  }

  private Set<String> promptsExactlyOnce(Pipeline pipeline) {
    List<Prompt> prompts = pipeline.read("prompts", Prompt.class);
    assertThat(prompts.stream().map(Prompt::getSourceIndex).sorted())
        .as("places of the source on the topic")
        .containsExactlyElementsOf(LongStream.range(0, prompts.size()).boxed().toList());
    assertThat(prompts).hasSizeGreaterThanOrEqualTo(DOCUMENTS);
    Set<String> ids = new HashSet<>();
    prompts.forEach(prompt -> assertThat(ids.add(prompt.getPromptId())).isTrue());
    return ids;
  }

  private void windowsExactlyOnce(Pipeline pipeline, Set<String> prompts) {
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
    assertThat(windows.keySet()).isEqualTo(prompts);
    expected.forEach(
        (id, count) -> assertThat(windows.getOrDefault(id, new TreeSet<>())).as(id).hasSize(count));
  }

  private static void everyCheckpointIsWholeAndItsLedgerHasNoGap(Pipeline pipeline) {
    List<CheckpointManifest> manifests = pipeline.manifests(RUN);
    assertThat(manifests.stream().map(CheckpointManifest::getSequence))
        .containsExactlyElementsOf(LongStream.range(0, manifests.size()).boxed().toList());
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      for (CheckpointManifest manifest : manifests) {
        for (Artifact artifact : manifest.getArtifacts()) {
          assertThat(reader.read(manifest, artifact.getName())).hasSize((int) artifact.getLength());
        }
      }
    }
    List<LedgerEntry> entries = pipeline.ledger(RUN);
    assertThat(entries.stream().filter(e -> e.getKind() == LedgerKind.INCARNATION_STARTED))
        .hasSizeGreaterThanOrEqualTo(2);
    CheckpointManifest newest = manifests.get(manifests.size() - 1);
    assertThat(LedgerAudit.of(newest, entries, pipeline.probe().committed("teacher-logits")))
        .isEqualTo(new LedgerAudit(0, 0));
    assertThat(newest.getTrainedRecords()).isEqualTo(newest.getStep() * STEP_RECORDS);
  }

  private static long newestStep(Pipeline pipeline) {
    try (CheckpointReader reader = new CheckpointReader(pipeline.clients())) {
      return reader.newest(RUN).map(CheckpointManifest::getStep).orElse(-1L);
    }
  }

  private static void awaitRecords(
      KafkaProbe probe, String topic, int count, ServiceProcess writer) {
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(probe.committed(topic).size())
                    .as(writer.output())
                    .isGreaterThanOrEqualTo(count));
  }
}
