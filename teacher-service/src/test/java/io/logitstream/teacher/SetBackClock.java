package io.logitstream.teacher;

import io.logitstream.platform.lifecycle.Execution;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;

/** This machine, but that its time of day is a day earlier each time that somebody looks. */
final class SetBackClock implements Execution {
  private final Execution machine = Execution.system();
  private final AtomicLong looks = new AtomicLong();

  @Override
  public Instant now() {
    return machine.now().minus(Duration.ofDays(looks.getAndIncrement()));
  }

  @Override
  public long nanos() {
    return machine.nanos();
  }

  @Override
  public RandomGenerator random() {
    return machine.random();
  }

  @Override
  public Lock newLock() {
    return machine.newLock();
  }

  @Override
  public ExecutorService newThread(String name) {
    return machine.newThread(name);
  }
}
