package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.lifecycle.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;

/** A mistake of every service: time that passes is taken from the time of day. */
final class TimeOfDay implements Plant {
  @Override
  public String name() {
    return "time-of-day";
  }

  @Override
  public String mistake() {
    return "waits are measured by the time of day, which is set back again and again";
  }

  @Override
  public Execution execution(Execution execution) {
    return new Execution() {
      @Override
      public Instant now() {
        return execution.now();
      }

      @Override
      public long nanos() {
        return Duration.between(Instant.EPOCH, now()).toNanos();
      }

      @Override
      public RandomGenerator random() {
        return execution.random();
      }

      @Override
      public Lock newLock() {
        return execution.newLock();
      }

      @Override
      public ExecutorService newThread(String name) {
        return execution.newThread(name);
      }
    };
  }
}
