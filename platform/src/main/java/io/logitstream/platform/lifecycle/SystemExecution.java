package io.logitstream.platform.lifecycle;

import java.time.Instant;
import java.time.InstantSource;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;

/**
 * The machine's clocks and threads.
 *
 * @param timeOfDay where it may be asked for elsewhere
 */
record SystemExecution(InstantSource timeOfDay) implements Execution {
  static final SystemExecution INSTANCE = new SystemExecution(InstantSource.system());

  @Override
  public Instant now() {
    return timeOfDay.instant();
  }

  @Override
  public long nanos() {
    return System.nanoTime();
  }

  @Override
  public RandomGenerator random() {
    return new SplittableRandom();
  }

  @Override
  public Lock newLock() {
    return new ReentrantLock();
  }

  @Override
  public ExecutorService newThread(String name) {
    return Executors.newSingleThreadExecutor(
        task -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          return thread;
        });
  }
}
