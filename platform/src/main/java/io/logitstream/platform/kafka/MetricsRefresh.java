package io.logitstream.platform.kafka;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a binder looks which metrics a Kafka client has by now: lags and rates of a partition appear
 * once it is assigned. Each binder has one of its own, for it does not take its task back when it
 * is closed, and the task holds the client.
 */
public final class MetricsRefresh implements AutoCloseable {
  /** Less than scrapes are apart; looking compares two sets of names. */
  public static final Duration EVERY = Duration.ofSeconds(5);

  private static final Logger LOGGER = LoggerFactory.getLogger(MetricsRefresh.class);
  private static final int LONGEST_LOOK_SECONDS = 2;

  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "kafka-metrics");
            made.setDaemon(true);
            return made;
          });

  /** The thread that looks. */
  public ScheduledExecutorService thread() {
    return thread;
  }

  /** Close it before the binder: what is looked up later would be bound for ever. */
  @Override
  public void close() {
    thread.shutdownNow();
    try {
      if (!thread.awaitTermination(LONGEST_LOOK_SECONDS, TimeUnit.SECONDS)) {
        LOGGER.warn("metrics of a client that is closed may stay: looking for new ones goes on");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
