package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Processes on a file system that something else fills. */
@Tag("long")
class FullDiskTest {
  private static final int DOCUMENTS = 150;
  private static final int STEP_RECORDS = 4;
  private static final int CHECKPOINT_STEPS = 5;
  private static final String RUN = "full-disk";
  private static final Duration LONG = Duration.ofSeconds(120);

  @TempDir Path folder;

  @Test
  @Timeout(420)
  void aBrokerOnAFullDiskSaysSoAndHaltsAndGoesOnWithoutLossWhenThereIsRoom() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 2);
    try (SmallDisk disk = SmallDisk.mount(folder.resolve("data"), 400);
        ServiceProcess broker = pipeline.broker()) {
      pipeline.awaitUp();
      Filling.createTopics(pipeline);
      try (ServiceProcess producer = pipeline.produce(4);
          ServiceProcess teacher = pipeline.teach("teacher");
          ServiceProcess trainer =
              pipeline.train(
                  "trainer", RUN, STEP_RECORDS, "checkpoint.every-steps=" + CHECKPOINT_STEPS)) {
        await().atMost(LONG).until(() -> pipeline.committedCheckpoints(RUN) >= 2);
        disk.fill();
        assertThat(broker.awaitExit(60)).isEqualTo(1);
        assertThat(broker.output())
            .contains("logitstream: Kafka ended the process")
            .contains("where 0 MiB are free. Is the disk full? Make room and start again");
        for (ServiceProcess service : List.of(producer, teacher, trainer)) {
          await()
              .atMost(LONG)
              .untilAsserted(
                  () -> assertThat(service.output()).contains("kafka is not available at"));
          assertThat(service.isAlive()).as(service.output()).isTrue();
        }
        disk.free();
        broker.restart();

        assertThat(producer.awaitExit(LONG.toSeconds())).as(producer.output()).isZero();
        new PipelineAudit(pipeline, RUN, STEP_RECORDS, CHECKPOINT_STEPS)
            .nothingIsLostOrTwice(DOCUMENTS, 0);
      }
    }
  }

  @Test
  @Timeout(300)
  void anIndexOnAFullDiskWaitsAndGoesOnWhenThereIsRoom() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 2);
    Path stores = folder.resolve("stores");
    try (SmallDisk disk = SmallDisk.mount(stores, 48);
        ServiceProcess broker = pipeline.broker()) {
      pipeline.awaitUp();
      Filling.createTopics(pipeline);
      Standing index = Standing.start(health -> pipeline.index(stores.resolve("index"), health));
      try (ServiceProcess process = index.process()) {
        index.awaitSaid(LONG, "ok\n");
        assertThat(process.terminate(60)).isEqualTo(143);
        Filling.publish(pipeline, "documents", 10_000);
        disk.fill();
        process.restart();
        await()
            .atMost(LONG)
            .untilAsserted(
                () ->
                    assertThat(process.output())
                        .contains("there is no room in " + stores)
                        .contains("index.data"));
        assertThat(process.isAlive()).as(process.output()).isTrue();
        disk.free();
        String all = "%d prompts".formatted(pipeline.prompts());
        await().atMost(LONG).untilAsserted(() -> assertThat(process.output()).contains(all));
        index.awaitSaid(LONG, "ok\n");
        assertThat(process.terminate(60)).isEqualTo(143);
      }
    }
  }
}
