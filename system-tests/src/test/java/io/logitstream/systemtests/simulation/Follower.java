package io.logitstream.systemtests.simulation;

import io.logitstream.checkpoints.CheckpointFollower;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedExecution;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/** A process that follows the run; opened again after what the environment may mend. */
final class Follower {
  private static final long PAUSE_NANOS = Duration.ofMillis(300).toNanos();

  private Follower() {}

  /**
   * Follows until the run is over and everything of it was given.
   *
   * @param opened gives, each time that the follower is opened, who is told of the sequence of each
   *     checkpoint
   */
  static void follow(
      ClientSource source,
      SimulatedExecution execution,
      Scheduler scheduler,
      Supplier<LongConsumer> opened,
      BooleanSupplier isOver) {
    KafkaClients clients = new KafkaClients(Traffic.KAFKA, "follower", null, source, execution);
    while (true) {
      boolean last = isOver.getAsBoolean();
      try (CheckpointFollower follower =
          new CheckpointFollower(
              clients, Scenario.RUN, "simulated", CheckpointFollower.Beginning.OLDEST)) {
        LongConsumer given = opened.get();
        follower.follow(
            manifest -> given.accept(manifest.getSequence()), true, new StopSignal(execution));
        if (last) {
          return;
        }
      } catch (InterruptedException e) {
        throw new IllegalStateException("nobody interrupts a follower", e);
      } catch (RuntimeException e) {
        if (KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
          throw e;
        }
      }
      scheduler.await(isOver, scheduler.nowNanos() + PAUSE_NANOS);
    }
  }
}
