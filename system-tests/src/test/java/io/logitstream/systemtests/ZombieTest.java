package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.schemas.CheckpointManifest;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A trainer that stands still past its transaction timeout while another one takes its run over.
 */
@Tag("long")
class ZombieTest {
  private static final String[] SETTINGS = {
    "checkpoint.every-steps=2", "checkpoint.transaction-timeout=2s"
  };

  @TempDir Path folder;

  @Test
  @Timeout(300)
  void aZombiePublishesNothingThatCountsAndSaysThatItWasFenced() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, 200, 2);
    try (ServiceProcess broker = pipeline.broker()) {
      pipeline.awaitUp();
      pipeline.command("topics", "topics", "create");
      try (ServiceProcess producer = pipeline.produce(40);
          ServiceProcess teacher = pipeline.teach("teacher");
          ServiceProcess zombie = pipeline.train("zombie", "run", 2, SETTINGS)) {
        awaitCheckpoints(pipeline, 3, zombie);
        zombie.pause();
        int before = pipeline.manifests("run").size();
        try (ServiceProcess successor = pipeline.train("successor", "run", 2, SETTINGS)) {
          awaitCheckpoints(pipeline, before + 2, successor);
          zombie.resume();

          assertThat(zombie.awaitExit(90)).as(zombie.output()).isEqualTo(6);
          assertThat(zombie.output()).contains("another trainer took run run over");
          awaitCheckpoints(pipeline, before + 3, successor);
          assertThat(successor.isAlive()).as(successor.output()).isTrue();
        }
        List<CheckpointManifest> manifests = pipeline.manifests("run");
        assertThat(manifests.subList(before, manifests.size()))
            .extracting(CheckpointManifest::getIncarnation)
            .containsOnly(2L);
        LedgerAudit audit =
            LedgerAudit.of(
                manifests.get(manifests.size() - 1),
                pipeline.ledger("run"),
                pipeline.probe().committed("teacher-logits"));
        assertThat(audit).isEqualTo(new LedgerAudit(0, 0));
        assertThat(producer.name()).isNotEqualTo(teacher.name());
        assertThat(broker.isAlive()).isTrue();
      }
    }
  }

  private static void awaitCheckpoints(Pipeline pipeline, int count, ServiceProcess trainer) {
    await()
        .atMost(Duration.ofSeconds(120))
        .pollInterval(Duration.ofMillis(500))
        .untilAsserted(
            () ->
                assertThat(pipeline.manifests("run").size())
                    .as(trainer.output())
                    .isGreaterThanOrEqualTo(count));
  }
}
