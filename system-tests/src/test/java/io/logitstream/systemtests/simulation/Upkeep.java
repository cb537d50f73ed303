package io.logitstream.systemtests.simulation;

import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;

/** The broker's compaction, at moments of a seed. */
final class Upkeep {
  private static final List<Topic> COMPACTED =
      List.of(Topic.TRAINING_LEDGER, Topic.CHECKPOINTS, Topic.CHECKPOINT_CHUNKS);
  private static final long LONGEST_NANOS = Duration.ofSeconds(60).toNanos();

  /**
   * Chunks younger than this are not compacted. The product asks for an hour, for the sake of its
   * readers; here it must be longer than a process stands still.
   */
  private static final long CHUNK_LAG_MS = World.LONGEST_STOP.toMillis() + 5_000;

  private Upkeep() {}

  static void schedule(
      Scheduler scheduler, SimulatedBroker broker, int compactions, SplittableRandom random) {
    for (int i = 0; i < compactions; i++) {
      scheduler.after(
          random.nextLong(LONGEST_NANOS),
          () -> COMPACTED.forEach(topic -> compact(topic, scheduler, broker)));
    }
  }

  private static void compact(Topic compacted, Scheduler scheduler, SimulatedBroker broker) {
    String topic = World.name(compacted);
    long lagMs = compacted == Topic.CHECKPOINT_CHUNKS ? CHUNK_LAG_MS : 0;
    long youngestMs = scheduler.nowNanos() / 1_000_000 - lagMs;
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      long below =
          broker.entries(topic, partition).stream()
              .filter(entry -> entry.timestampMs() > youngestMs)
              .mapToLong(LogEntry::offset)
              .findFirst()
              .orElse(broker.end(topic, partition));
      broker.compact(topic, partition, below, Long.MIN_VALUE);
    }
  }
}
