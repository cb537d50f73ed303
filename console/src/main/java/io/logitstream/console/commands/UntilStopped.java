package io.logitstream.console.commands;

import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.ShutdownHook;
import io.logitstream.platform.lifecycle.StopSignal;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps something open until Ctrl-C or SIGTERM, and the process until it has closed. */
final class UntilStopped {
  private static final Logger LOGGER = LoggerFactory.getLogger(UntilStopped.class);
  private static final Duration DRAIN = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofDays(1);

  private UntilStopped() {}

  /** What is kept open. */
  @FunctionalInterface
  interface Opening {
    AutoCloseable open() throws Exception;
  }

  static int run(Opening opening) throws Exception {
    StopSignal stop = new StopSignal();
    try (ShutdownHook hook = ShutdownHook.install(stop, DRAIN);
        AutoCloseable opened = open(opening, stop)) {
      boolean stopped = false;
      while (!stopped) {
        stopped = stop.await(PAUSE);
      }
    }
    return ExitStatus.OK.code();
  }

  /** What is opened may not start in a process that is ending, and need not. */
  private static AutoCloseable open(Opening opening, StopSignal stop) throws Exception {
    try {
      return opening.open();
    } catch (Exception | Error e) {
      if (!stop.requested()) {
        throw e;
      }
      LOGGER.debug("stopped while it started", e);
      return () -> {};
    }
  }
}
