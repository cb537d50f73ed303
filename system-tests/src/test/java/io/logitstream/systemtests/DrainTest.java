package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.schemas.topics.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TransactionState;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** SIGTERM to every service at once, while all have more to do than they can. */
@Tag("long")
class DrainTest {
  private static final int DOCUMENTS = 20_000;

  /** What a service may take to end, as docs/operations.md says; the broker may take 30 s. */
  private static final int DRAIN_SECONDS = 70;

  private static final int SIGTERM = 143;
  private static final Duration LONG = Duration.ofMinutes(3);

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void everyServiceEndsInTimeAtFullLoadAndLeavesNothingThatReadersWaitFor() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 400, 4);
    try (Processes processes = new Processes()) {
      ServiceProcess broker = processes.add(pipeline.broker());
      pipeline.awaitUp();
      Filling.createTopics(pipeline);
      List<ServiceProcess> services =
          List.of(
              processes.add(pipeline.produce(10_000)),
              processes.add(pipeline.teach("teacher")),
              processes.add(pipeline.train("trainer", "run", 16, "checkpoint.every-steps=4")),
              processes.add(pipeline.index()));
      await()
          .atMost(LONG)
          .pollInterval(Duration.ofMillis(500))
          .untilAsserted(
              () ->
                  assertThat(pipeline.manifests("run").size())
                      .as(() -> ServiceProcess.outputs(services))
                      .isGreaterThanOrEqualTo(3));
      assertThat(services).as("still at work").allMatch(ServiceProcess::isAlive);
      List<String> took = endAll(services);
      try (Admin admin = pipeline.clients().admin()) {
        assertThat(admin.listTransactions().all().get())
            .as("transactions that readers would wait for")
            .noneMatch(transaction -> transaction.state() == TransactionState.ONGOING);
        assertThat(TeachersGroup.of(pipeline, admin).members())
            .as("members that others would wait for")
            .isEmpty();
      }
      int prompts = pipeline.probe().committed(pipeline.topic(Topic.PROMPTS)).size();
      assertThat(pipeline.scoredPrompts()).as("there was more to do").isLessThan(prompts);
      took.addAll(endAll(List.of(broker)));
      ChaosReport.line("SIGTERM at full load: " + String.join(", ", took));
    }
  }

  /** Signals all before it waits for any. */
  private static List<String> endAll(List<ServiceProcess> services) throws Exception {
    long startNanos = System.nanoTime();
    services.forEach(ServiceProcess::requestEnd);
    List<String> took = new ArrayList<>();
    for (ServiceProcess service : services) {
      assertThat(service.awaitExit(DRAIN_SECONDS)).as(service.output()).isEqualTo(SIGTERM);
      assertThat(service.output()).doesNotContain("not stopped within");
      took.add(
          "%s ended within %.1f s"
              .formatted(
                  service.name(),
                  (System.nanoTime() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1)));
    }
    return took;
  }
}
