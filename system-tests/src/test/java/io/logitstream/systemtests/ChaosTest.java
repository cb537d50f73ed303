package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Kills services at seeded moments of a run and compares what is left with an undisturbed one.
 * {@code system-tests/chaos} runs it with more kills.
 */
class ChaosTest {
  private static final int KILLS = Integer.getInteger("chaos.kills", 6);
  private static final int PARTITIONS = Integer.getInteger("chaos.partitions", 3);
  private static final long SEED = Long.getLong("chaos.seed", 1);
  private static final int STEP_RECORDS = 1;
  private static final String[] TRAINING = {
    "checkpoint.every-steps=4", "checkpoint.transaction-timeout=10s", "train.stop-when-idle=true"
  };

  @TempDir Path folder;

  @Test
  @Timeout(3000)
  void overFilledLogitsWhateverIsKilledTheCheckpointsAreThoseOfAnUndisturbedRun() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, 100 + 10 * KILLS, PARTITIONS);
    try (ServiceProcess broker = pipeline.brokerAlone();
        ServiceProcess registry = pipeline.registry()) {
      fill(pipeline);
      train(pipeline, "undisturbed");
      List<CheckpointManifest> undisturbed = pipeline.manifests("undisturbed");

      int kills = 0;
      for (int attempt = 1; kills < KILLS; attempt++) {
        // A run may be done before all kills have come: then another one has the rest.
        String run = "disturbed-" + attempt;
        kills += disturb(pipeline, broker, registry, run, KILLS - kills, undisturbed.size());
        pipeline.awaitUp();
        compare(undisturbed, pipeline.manifests(run));
        audit(pipeline, run);
      }
    }
  }

  private static int disturb(
      Pipeline pipeline,
      ServiceProcess broker,
      ServiceProcess registry,
      String run,
      int most,
      int checkpoints)
      throws Exception {
    try (ServiceProcess trainer = pipeline.train(run, run, STEP_RECORDS, TRAINING)) {
      Chaos chaos =
          new Chaos(
              SEED + most,
              List.of(
                  Chaos.Victim.of(trainer),
                  new Chaos.Victim(broker, pipeline::brokerAnswers),
                  new Chaos.Victim(registry, pipeline::registryAnswers)));
      int kills = chaos.kill(most, checkpoints, () -> pipeline.committedCheckpoints(run));
      await()
          .atMost(Duration.ofMinutes(10))
          .pollInterval(Duration.ofMillis(500))
          .until(chaos::supervise);
      ChaosReport.line(
          "%s: %d kills (seed %d): %s".formatted(run, kills, SEED, Chaos.summary(chaos.strikes())));
      return kills;
    }
  }

  private static void fill(Pipeline pipeline) throws Exception {
    pipeline.awaitUp();
    Filling.fill(pipeline);
    int prompts = pipeline.prompts();
    try (ServiceProcess teacher = pipeline.teach("teacher")) {
      await()
          .atMost(Duration.ofMinutes(5))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> pipeline.scoredPrompts() == prompts);
      teacher.terminate(60);
    }
  }

  private static void train(Pipeline pipeline, String run) throws Exception {
    try (ServiceProcess trainer = pipeline.train(run, run, STEP_RECORDS, TRAINING)) {
      assertThat(trainer.awaitExit(600)).as(trainer.output()).isZero();
    }
  }

  /**
   * A stop in order leaves a checkpoint of its last step, which an undisturbed run does not have:
   * checkpoints are compared at equal steps.
   */
  private static void compare(
      List<CheckpointManifest> undisturbed, List<CheckpointManifest> disturbed) {
    Map<Long, Map<String, String>> found = new HashMap<>();
    disturbed.forEach(manifest -> found.put(manifest.getStep(), artifacts(manifest)));
    for (CheckpointManifest manifest : undisturbed) {
      assertThat(found.get(manifest.getStep()))
          .as("artifacts at step %d", manifest.getStep())
          .isEqualTo(artifacts(manifest));
    }
    CheckpointManifest last = disturbed.get(disturbed.size() - 1);
    CheckpointManifest expected = undisturbed.get(undisturbed.size() - 1);
    assertThat(last.getStep()).isEqualTo(expected.getStep());
    assertThat(last.getTrainedTokens()).isEqualTo(expected.getTrainedTokens());
    ChaosReport.line("%d checkpoints at equal steps: sha equal".formatted(undisturbed.size()));
  }

  private static Map<String, String> artifacts(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .collect(
            Collectors.toMap(
                Artifact::getName, Artifact::getSha256, (first, second) -> first, TreeMap::new));
  }

  private static void audit(Pipeline pipeline, String run) {
    List<CheckpointManifest> manifests = pipeline.manifests(run);
    LedgerAudit audit =
        LedgerAudit.of(
            manifests.get(manifests.size() - 1),
            pipeline.ledger(run),
            pipeline.probe().committed("teacher-logits"));
    ChaosReport.line("lost %d, trained twice %d".formatted(audit.lost(), audit.twice()));
    assertThat(audit).isEqualTo(new LedgerAudit(0, 0));
  }
}
