package io.logitstream.systemtests.simulation;

import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;

/**
 * The trainer of another run on the same partitions, whose transactions stay open for seconds: what
 * the run commits meanwhile is hidden behind them.
 */
final class OtherRun {
  private static final int TRANSACTIONS = 8;
  private static final long MAX_OPEN_NANOS = Duration.ofSeconds(6).toNanos();

  private OtherRun() {}

  static void start(
      Scheduler scheduler,
      ClientSource clients,
      SimulatedProcess process,
      SplittableRandom random) {
    scheduler.start(process, "main", () -> run(scheduler, clients, random));
  }

  private static void run(Scheduler scheduler, ClientSource clients, SplittableRandom random) {
    for (int i = 0; i < TRANSACTIONS; i++) {
      try (Producer<String, byte[]> producer =
          clients.producer(
              Map.of("transactional.id", "other", "transaction.timeout.ms", "4000"), null)) {
        producer.initTransactions();
        producer.beginTransaction();
        for (Topic topic : List.of(Topic.TRAINING_LEDGER, Topic.CHECKPOINTS)) {
          String name = World.name(topic);
          int partition =
              PromptPartitioner.partition(Scenario.RUN, producer.partitionsFor(name).size());
          producer.send(new ProducerRecord<>(name, partition, "other/" + i, new byte[] {1}));
        }
        producer.flush();
        scheduler.point("open", random.nextLong(MAX_OPEN_NANOS));
        if (random.nextBoolean()) {
          producer.commitTransaction();
        }
      } catch (KafkaException | IllegalStateException e) {
        // It lost an answer, or its transaction expired: it begins again.
        scheduler.point("failed", MAX_OPEN_NANOS / 10);
      }
    }
  }
}
