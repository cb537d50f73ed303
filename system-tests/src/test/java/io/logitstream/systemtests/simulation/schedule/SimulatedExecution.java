package io.logitstream.systemtests.simulation.schedule;

import io.logitstream.platform.lifecycle.Execution;
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

  @Override
  public Instant now() {
    return EPOCH.plusNanos(scheduler.nowNanos());
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
