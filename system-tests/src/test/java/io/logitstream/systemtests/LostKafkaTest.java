package io.logitstream.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * All services in processes of their own: started before Kafka and the registry, which then go away
 * for a minute. {@link SurroundingsTest} is the short form, in one process.
 */
@Tag("long")
class LostKafkaTest {
  private static final int DOCUMENTS = 200;
  private static final int STEP_RECORDS = 4;
  private static final int CHECKPOINT_STEPS = 5;
  private static final String RUN = "lost-kafka";
  private static final Duration LONG = Duration.ofSeconds(180);
  private static final Duration OUTAGE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  @Timeout(600)
  void servicesWaitForKafkaAndTheRegistryAndAMinuteWithoutThemCostsNothing() throws Exception {
    Pipeline pipeline = Pipeline.prepare(folder, DOCUMENTS, 2);
    try (ServiceProcess broker = pipeline.broker()) {
      pipeline.awaitUp();
      pipeline.command("topics", "topics", "create");
      assertThat(broker.terminate(60)).isEqualTo(143);
    }
    int intakePort = FreePorts.one();
    List<Standing> services = new ArrayList<>();
    try {
      services.add(Standing.start(health -> pipeline.produce(2, health)));
      services.add(Standing.start(health -> pipeline.intake(intakePort, health)));
      services.add(Standing.start(health -> pipeline.teach("teacher", health)));
      services.add(
          Standing.start(
              health ->
                  pipeline.train(
                      "trainer",
                      RUN,
                      STEP_RECORDS,
                      "checkpoint.every-steps=" + CHECKPOINT_STEPS,
                      health)));
      services.add(Standing.start(health -> pipeline.index(folder.resolve("index"), health)));
      awaitAll(services, "kafka waiting: is not available at " + address(pipeline));
      try (ServiceProcess broker = pipeline.brokerAlone();
          ServiceProcess registry = pipeline.registry()) {
        registry.pause();
        awaitAll(services, "kafka ready");
        awaitAll(
            services, "registry waiting: is not available at " + pipeline.kafka().registryUrl());
        registry.resume();
        awaitAll(services, "ok\n");
        await().atMost(LONG).until(() -> pipeline.committedCheckpoints(RUN) >= 2);

        assertThat(broker.terminate(60)).isEqualTo(143);
        assertThat(registry.terminate(60)).isEqualTo(143);
        awaitAll(services, "kafka waiting: is not available at " + address(pipeline));
        await().pollDelay(OUTAGE).atMost(OUTAGE.plus(LONG)).until(() -> true);
        assertThat(offer(intakePort)).isEqualTo(503);
        broker.restart();
        registry.restart();
        await().atMost(LONG).until(() -> offer(intakePort) == 200);

        assertThat(services.get(0).process().awaitExit(LONG.toSeconds())).isZero();
        new PipelineAudit(pipeline, RUN, STEP_RECORDS, CHECKPOINT_STEPS)
            .nothingIsLostOrTwice(DOCUMENTS, 1);
        services.remove(0).process().close();
        awaitAll(services, "ok\n");
        for (Standing service : services) {
          assertThat(service.process().terminate(90)).as(service.process().output()).isIn(0, 143);
        }
      }
    } finally {
      for (Standing service : services) {
        service.process().close();
      }
    }
  }

  private static void awaitAll(List<Standing> services, String said) {
    services.forEach(service -> service.awaitSaid(LONG, said));
  }

  private static String address(Pipeline pipeline) {
    return pipeline.kafka().bootstrapServers() + " (kafka.bootstrap.servers)";
  }

  /** Offers the same prompt under the same key; returns the status. */
  private static int offer(int port) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:%d/v1/prompts".formatted(port));
    HttpRequest request =
        HttpRequest.newBuilder(uri)
            .header("Content-Type", "application/json")
            .timeout(Duration.ofSeconds(45))
            .POST(BodyPublishers.ofString("{\"key\": \"k\", \"text\": \"a text that is offered\"}"))
            .build();
    return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode();
  }
}
