package io.logitstream.platform.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;

/** A wish to stop, made once and seen by every thread. */
public final class StopSignal {
  private final Lock lock;
  private final Condition asked;
  private final List<Runnable> actions = new CopyOnWriteArrayList<>();
  private volatile boolean requested;

  /** An action that waits for the wish. */
  public interface Registration extends AutoCloseable {
    /** Forgets the action. Doing so twice, or after it has run, changes nothing. */
    @Override
    void close();
  }

  /** A wish that the machine's own threads wait for. */
  public StopSignal() {
    this(Execution.system());
  }

  /**
   * @param execution whose threads wait for it
   */
  public StopSignal(Execution execution) {
    this.lock = execution.newLock();
    this.asked = lock.newCondition();
  }

  /** Whether to stop. */
  public boolean requested() {
    return requested;
  }

  /** Asks to stop. Asking again changes nothing. */
  public void request() {
    lock.lock();
    try {
      requested = true;
      asked.signalAll();
    } finally {
      lock.unlock();
    }
    for (Runnable action : actions) {
      if (actions.remove(action)) {
        action.run();
      }
    }
  }

  /**
   * Waits, as a pause that a stop cuts short.
   *
   * @return whether to stop
   * @throws InterruptedException if the thread was interrupted
   */
  public boolean await(Duration longest) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long leftNanos = longest.toNanos();
      while (!requested && leftNanos > 0) {
        leftNanos = asked.awaitNanos(leftNanos);
      }
      return requested;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs an action once when a stop is asked for, on the thread that asks; at once if it already
   * was. For what must be woken, such as a consumer in {@code poll}; it must be quick.
   *
   * @return to be closed by who ends before a stop: the signal keeps the action, and what that
   *     holds, until then
   */
  public Registration onRequest(Runnable action) {
    actions.add(action);
    if (requested() && actions.remove(action)) {
      action.run();
    }
    return () -> actions.remove(action);
  }
}
