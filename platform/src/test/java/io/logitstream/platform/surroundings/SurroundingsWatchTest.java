package io.logitstream.platform.surroundings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.RunningKafka;
import io.logitstream.platform.lifecycle.Execution;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class SurroundingsWatchTest {
  private static final Duration OFTEN = Duration.ofMillis(5);

  private final Health health = new Health();

  @Test
  void readinessFollowsWhetherItAnswersAndAHangingNeighbourHidesNothing() {
    Scripted kafka = new Scripted("kafka");
    Hanging registry = new Hanging();
    kafka.refusal = "nobody listens";
    try (SurroundingsWatch watch =
        SurroundingsWatch.start(List.of(kafka, registry), OFTEN, health, Execution.system())) {
      awaitReason("kafka waiting: is not available at here (a.setting): nobody listens");

      kafka.refusal = "";
      awaitReason("kafka ready: is available at here (a.setting)");
      kafka.refusal = "gone again";
      awaitReason("kafka waiting: is not available at here (a.setting): gone again");
      assertThat(health.reasons()).contains("registry waiting: has not been asked yet");
    }
    assertThat(kafka.closed).isTrue();
    assertThat(health.reasons()).containsExactly("nothing has started yet");
  }

  @Test
  void anErrorIsToldAndTheWatchGoesOn() {
    Scripted kafka = new Scripted("kafka");
    try (SurroundingsWatch watch =
        SurroundingsWatch.start(List.of(kafka), OFTEN, health, Execution.system())) {
      awaitReason("kafka ready: ");
      kafka.error = true;
      awaitReason("kafka waiting: is not available at here (a.setting): java.lang.LinkageError: x");
      kafka.error = false;
      awaitReason("kafka ready: ");
    }
  }

  @Test
  void kafkaAndTheRegistryAreAskedWithoutTopicsOrSubjects(KafkaSettings settings) {
    try (SurroundingsWatch watch = SurroundingsWatch.start(settings, health)) {
      await().until(health::isReady);
      assertThat(health.reasons())
          .containsExactly(
              "kafka ready: is available at "
                  + settings.bootstrapServers()
                  + " (kafka.bootstrap.servers)",
              "registry ready: is available at " + settings.registryUrl() + " (registry.url)");
    }
  }

  @Test
  void whoAcceptsConnectionsAndNeverAnswersIsNotAvailable() throws Exception {
    try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      String address = "127.0.0.1:" + silent.getLocalPort();
      KafkaSettings settings = new KafkaSettings(address, "http://" + address, "", true, Map.of());
      List<Surrounding> both =
          List.of(
              new KafkaCluster(new KafkaClients(settings, "test"), Duration.ofMillis(300)),
              new Registry(settings, Duration.ofMillis(300)));
      try (SurroundingsWatch watch =
          SurroundingsWatch.start(both, OFTEN, health, Execution.system())) {
        awaitReason("kafka waiting: is not available at " + address);
        awaitReason("registry waiting: is not available at http://" + address);
      }
    }
  }

  private void awaitReason(String beginning) {
    await()
        .untilAsserted(
            () -> assertThat(health.reasons()).anyMatch(reason -> reason.startsWith(beginning)));
  }

  /** Refuses or answers as the test says. */
  private static final class Scripted implements Surrounding {
    private final String name;
    private volatile String refusal = "";
    private volatile boolean error;
    private volatile boolean closed;

    Scripted(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String place() {
      return "here (a.setting)";
    }

    @Override
    public void ask() throws IOException {
      if (error) {
        throw new LinkageError("x");
      }
      if (!refusal.isEmpty()) {
        throw new IOException(refusal);
      }
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** Never answers. */
  private static final class Hanging implements Surrounding {
    private final CountDownLatch never = new CountDownLatch(1);

    @Override
    public String name() {
      return "registry";
    }

    @Override
    public String place() {
      return "there";
    }

    @Override
    public void ask() throws InterruptedException {
      never.await();
    }

    @Override
    public void close() {}
  }
}
