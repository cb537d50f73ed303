package io.logitstream.platform.lifecycle;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns SIGTERM and SIGINT into a wish to stop, and holds the process until {@link #close} says
 * that the work has drained, a bounded time long. The Java process then ends with 128 + the
 * signal's number.
 */
public final class ShutdownHook implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(ShutdownHook.class);

  private static final Set<ShutdownHook> INSTALLED = ConcurrentHashMap.newKeySet();

  private final StopSignal stop;
  private final Duration drain;
  private final CountDownLatch drained = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Thread thread;

  private ShutdownHook(StopSignal stop, Duration drain) {
    this.stop = stop;
    this.drain = drain;
    this.thread = new Thread(this::onSignal, "shutdown");
  }

  /**
   * Installs the hook. Where the process is ending already, the wish to stop is there at once.
   *
   * @param drain how long the process may take to stop
   */
  public static ShutdownHook install(StopSignal stop, Duration drain) {
    ShutdownHook hook = new ShutdownHook(stop, drain);
    try {
      Runtime.getRuntime().addShutdownHook(hook.thread);
      INSTALLED.add(hook);
    } catch (IllegalStateException e) {
      LOGGER.debug("the process is already ending", e);
      stop.request();
    }
    return hook;
  }

  /**
   * Waits until the work of all hooks has drained, or the time for it is over: for hooks of the
   * Java runtime that must come after it.
   */
  public static void awaitDrained() throws InterruptedException {
    for (ShutdownHook hook : INSTALLED) {
      hook.ended.await();
    }
  }

  /** What the Java runtime does when a signal arrives. */
  void onSignal() {
    stop.request();
    try {
      if (!drained.await(drain.toNanos(), TimeUnit.NANOSECONDS)) {
        LOGGER.error("not stopped within {} s: ending anyway", drain.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ended.countDown();
    }
  }

  /** Lets the process end: everything has drained. */
  @Override
  public void close() {
    drained.countDown();
    try {
      Runtime.getRuntime().removeShutdownHook(thread);
      INSTALLED.remove(this);
    } catch (IllegalStateException e) {
      LOGGER.debug("the process is already ending", e);
    }
  }
}
