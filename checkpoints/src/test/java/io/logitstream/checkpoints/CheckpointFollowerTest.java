package io.logitstream.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.embedded.EmbeddedKafka;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Following to the end while another run's transaction hides it. */
class CheckpointFollowerTest {
  private static final Duration OPEN = Duration.ofMinutes(5);

  private static EmbeddedKafka kafka;
  private static KafkaClients clients;

  private final StopSignal stop = new StopSignal();
  private final List<Long> given = new CopyOnWriteArrayList<>();

  @BeforeAll
  static void startKafka() {
    kafka = EmbeddedKafka.temporary("follower-test");
    clients =
        new KafkaClients(
            new KafkaSettings(kafka.bootstrapServers(), kafka.registryUrl(), "", true, Map.of()),
            "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, Topic.pipeline("", 1, (short) 1));
    }
  }

  @AfterAll
  static void stopKafka() {
    kafka.close();
  }

  @Test
  void theEndIsBehindTransactionsThatAreOpen() throws Exception {
    try (Producer<String, byte[]> other = open("ended");
        CheckpointFollower follower = follower("hidden")) {
      commit("hidden", 0);
      CompletableFuture<Void> following =
          follow(follower, manifest -> given.add(manifest.getSequence()));
      assertThatThrownBy(() -> following.get(1, TimeUnit.SECONDS))
          .isInstanceOf(TimeoutException.class);
      assertThat(given).isEmpty();

      other.abortTransaction();

      following.get(1, TimeUnit.MINUTES);
      assertThat(given).containsExactly(0L);
    }
  }

  @Test
  void whatIsSeenIsGivenAtOnceAndAStopEndsTheWaitForTheRest() throws Exception {
    commit("seen", 0);
    try (Producer<String, byte[]> other = open("stopped");
        CheckpointFollower follower = follower("seen")) {
      commit("seen", 1);
      CompletableFuture<Void> following =
          follow(
              follower,
              manifest -> {
                given.add(manifest.getSequence());
                stop.request();
              });

      following.get(1, TimeUnit.MINUTES);

      assertThat(given).containsExactly(0L);
      other.abortTransaction();
    }
  }

  /** Begins a transaction of another run. */
  private static Producer<String, byte[]> open(String run) throws Exception {
    Producer<String, byte[]> other = clients.transactionalProducer(run, OPEN, Map.of());
    other.initTransactions();
    other.beginTransaction();
    other.send(new ProducerRecord<>("checkpoints", run + "/0", new byte[] {0})).get();
    return other;
  }

  private static void commit(String run, long sequence) {
    try (CheckpointCommitter committer = new CheckpointCommitter(clients, run, OPEN)) {
      committer.initialise();
      committer.commit(Manifests.of(run, sequence, List.of()).build(), List.of(), List.of());
    }
  }

  private static CheckpointFollower follower(String run) {
    return new CheckpointFollower(clients, run, "default", CheckpointFollower.Beginning.OLDEST);
  }

  private CompletableFuture<Void> follow(
      CheckpointFollower follower, CheckpointFollower.Receiver receiver) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            follower.follow(receiver, true, stop);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
          }
        });
  }
}
