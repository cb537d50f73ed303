package io.logitstream.platform.lifecycle;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.locks.Lock;
import java.util.random.RandomGenerator;

/**
 * What a service takes from the machine that it runs on: time, chance, threads and what they wait
 * with. A simulation puts its own in this place, and decides who runs when.
 */
public interface Execution {
  /** The time of day, for records that people read. */
  Instant now();

  /** Nanoseconds from any origin, never going back, for measuring. */
  long nanos();

  /** A source of chance of the caller's own, for pauses that must not fall together. */
  RandomGenerator random();

  /** A lock with conditions. */
  Lock newLock();

  /**
   * A thread that does one task after another. It does not keep the process alive.
   *
   * @param name the thread's
   */
  ExecutorService newThread(String name);

  /** The machine itself. */
  static Execution system() {
    return SystemExecution.INSTANCE;
  }

  /** The machine, with a time of day of its own. */
  static Execution at(InstantSource timeOfDay) {
    return new SystemExecution(timeOfDay);
  }
}
