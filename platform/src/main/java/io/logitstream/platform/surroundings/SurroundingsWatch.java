package io.logitstream.platform.surroundings;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks what a service depends on, again and again, whether it answers; readiness follows, and the
 * log tells when it ceases to and when it does again. A service that has nothing to do would not
 * notice otherwise.
 *
 * <p>Each is asked on a thread of its own: one that hangs does not hide the others.
 */
public final class SurroundingsWatch implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(SurroundingsWatch.class);
  private static final Duration BETWEEN = Duration.ofSeconds(10);
  private static final Duration ANSWER_WITHIN = Duration.ofSeconds(10);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

  private final Health health;
  private final Execution execution;
  private final StopSignal closing = new StopSignal();
  private final List<Surrounding> surroundings;
  private final List<Thread> threads = new ArrayList<>();

  private SurroundingsWatch(
      List<? extends Surrounding> surroundings, Health health, Execution execution) {
    this.surroundings = List.copyOf(surroundings);
    this.health = health;
    this.execution = execution;
  }

  /** Watches Kafka and the schema registry, and asks them every ten seconds. */
  public static SurroundingsWatch start(KafkaSettings settings, Health health) {
    return start(settings, BETWEEN, ANSWER_WITHIN, health);
  }

  /**
   * Watches Kafka and the schema registry.
   *
   * @param between pause between an answer and the next question
   * @param within how long an answer may take
   */
  public static SurroundingsWatch start(
      KafkaSettings settings, Duration between, Duration within, Health health) {
    return start(
        List.of(
            new KafkaCluster(new KafkaClients(settings, "watch"), within),
            new Registry(settings, within)),
        between,
        health,
        Execution.system());
  }

  /**
   * Watches until it is closed, and closes them then.
   *
   * @param between pause between an answer and the next question
   */
  static SurroundingsWatch start(
      List<? extends Surrounding> surroundings,
      Duration between,
      Health health,
      Execution execution) {
    SurroundingsWatch watch = new SurroundingsWatch(surroundings, health, execution);
    watch.surroundings.forEach(
        surrounding -> health.ready(surrounding.name(), false, "has not been asked yet"));
    for (Surrounding surrounding : watch.surroundings) {
      Watched watched = watch.new Watched(surrounding);
      Thread thread = new Thread(() -> watched.ask(between), "watch-" + surrounding.name());
      thread.setDaemon(true);
      thread.start();
      watch.threads.add(thread);
    }
    return watch;
  }

  /** Ends the watch within about a second; a question that hangs is left behind. */
  @Override
  public void close() {
    closing.request();
    threads.forEach(Thread::interrupt);
    try {
      for (Thread thread : threads) {
        thread.join(CLOSE_WITHIN.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    surroundings.forEach(Surrounding::close);
    synchronized (health) {
      surroundings.forEach(surrounding -> health.gone(surrounding.name()));
    }
  }

  /** One of them; of its own thread. */
  private final class Watched {
    private final Surrounding surrounding;
    private boolean silent;
    private long silentSinceNanos;

    Watched(Surrounding surrounding) {
      this.surrounding = surrounding;
    }

    void ask(Duration between) {
      try {
        do {
          try {
            surrounding.ask();
            answered();
          } catch (InterruptedException e) {
            throw e;
          } catch (Throwable e) {
            // Errors too: without a watch, readiness would stay what it was.
            failed(e);
          }
        } while (!closing.await(between));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    private void answered() {
      if (silent) {
        LOGGER.info(
            "{} is available again at {}, after {} s",
            surrounding.name(),
            surrounding.place(),
            Duration.ofNanos(execution.nanos() - silentSinceNanos).toSeconds());
        silent = false;
      }
      tell(true, "is available at " + surrounding.place());
    }

    private void failed(Throwable failure) {
      String why =
          "is not available at %s: %s%s"
              .formatted(surrounding.place(), reason(failure), KafkaFailures.advice(failure));
      if (closing.requested()) {
        return;
      }
      if (!silent) {
        LOGGER.warn("{} {}; waiting for it", surrounding.name(), why);
        LOGGER.debug("the failure", failure);
        silent = true;
        silentSinceNanos = execution.nanos();
      }
      tell(false, why);
    }

    /** Nothing any more once the watch is over: it would stand for ever. */
    private void tell(boolean isReady, String why) {
      synchronized (health) {
        if (!closing.requested()) {
          health.ready(surrounding.name(), isReady, why);
        }
      }
    }

    private static String reason(Throwable failure) {
      return failure instanceof Error || failure.getMessage() == null
          ? failure.toString()
          : failure.getMessage();
    }
  }
}
