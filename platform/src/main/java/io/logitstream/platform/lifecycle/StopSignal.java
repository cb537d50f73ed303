package io.logitstream.platform.lifecycle;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A wish to stop, made once and seen by every thread. */
public final class StopSignal {
  private final CountDownLatch requested = new CountDownLatch(1);
  private final List<Runnable> actions = new CopyOnWriteArrayList<>();

  /** Whether to stop. */
  public boolean requested() {
    return requested.getCount() == 0;
  }

  /** Asks to stop. Asking again changes nothing. */
  public void request() {
    requested.countDown();
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
    return requested.await(longest.toNanos(), TimeUnit.NANOSECONDS);
  }

  /**
   * Runs an action once when a stop is asked for, on the thread that asks; at once if it already
   * was. For what must be woken, such as a consumer in {@code poll}; it must be quick.
   */
  public void onRequest(Runnable action) {
    actions.add(action);
    if (requested() && actions.remove(action)) {
      action.run();
    }
  }
}
