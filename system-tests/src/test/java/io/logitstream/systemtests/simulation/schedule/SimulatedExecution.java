package io.logitstream.systemtests.simulation.schedule;

import io.logitstream.platform.lifecycle.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;

/**
 * What a process of the simulation takes for its machine.
 *
 * @param process whose threads it makes
 */
public record SimulatedExecution(Scheduler scheduler, SimulatedProcess process)
    implements Execution {
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00Z");
  private static final long SET_BACK_EVERY_NANOS = Duration.ofSeconds(3).toNanos();

  /** The time of day, which somebody sets back an hour every three seconds. */
  @Override
  public Instant now() {
    long nanos = scheduler.nowNanos();
    return EPOCH.plusNanos(nanos).minus(Duration.ofHours(nanos / SET_BACK_EVERY_NANOS));
  }

  @Override
  public long nanos() {
    return scheduler.nowNanos();
  }

  @Override
  public RandomGenerator random() {
    return new SplittableRandom(scheduler.random().nextLong());
  }

  @Override
  public Lock newLock() {
    return new SimulatedLock(scheduler);
  }

  @Override
  public ExecutorService newThread(String name) {
    return new SimulatedExecutor(scheduler, process, name);
  }
}
