package io.logitstream.systemtests.simulation.log;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.schemas.topics.CleanupPolicy;
import io.logitstream.schemas.topics.TopicSpecification;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The kit, on a real broker in the process: what the simulated log must be like. */
@Tag("long")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EmbeddedLogTest extends LogCompatibilityKit {
  private final AtomicInteger topics = new AtomicInteger();
  private EmbeddedBroker broker;
  private KafkaClients clients;

  @BeforeAll
  void start(@TempDir Path folder) {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(folder, 0));
    clients =
        new KafkaClients(
            new KafkaSettings(broker.bootstrapServers(), "mock://kit", "", true, Map.of()), "kit");
  }

  @AfterAll
  void stop() {
    broker.close();
  }

  @Override
  void on(Body body) throws Exception {
    String topic = "topic-" + topics.incrementAndGet();
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin,
          List.of(
              new TopicSpecification(
                  topic,
                  2,
                  (short) 1,
                  CleanupPolicy.DELETE,
                  Optional.of(Duration.ofDays(7)),
                  1 << 20)));
    }
    body.run(new Embedded(clients, topic));
  }

  private record Embedded(KafkaClients clients, String topic) implements Log {
    @Override
    public void await(BooleanSupplier condition) {
      Awaitility.await()
          .pollInSameThread()
          .pollDelay(Duration.ZERO)
          .atMost(Duration.ofSeconds(30))
          .until(condition::getAsBoolean);
    }
  }
}
