package io.logitstream.platform.lifecycle;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaFailures;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs services, each on a thread of its own, until all are done or one has failed, or until
 * SIGTERM or SIGINT; then waits a bounded time for the others. It never ends the process: it says
 * how it should end.
 */
public final class ServiceRunner {
  private static final Logger LOGGER = LoggerFactory.getLogger(ServiceRunner.class);

  private final StopSignal stop;
  private final Duration drain;
  private final Health health;

  /**
   * @param stop asked to stop by signals and by the first failure; others may ask too
   * @param drain how long services may take to stop
   * @param health told of failures
   */
  public ServiceRunner(StopSignal stop, Duration drain, Health health) {
    this.stop = stop;
    this.drain = drain;
    this.health = health;
  }

  /**
   * Runs the services to their end.
   *
   * @param services the services by name
   * @return OK if all ended without a failure, else the status of the first failure
   */
  public ExitStatus run(Map<String, Service> services) {
    try (ShutdownHook hook = ShutdownHook.install(stop, drain)) {
      return runServices(services);
    }
  }

  private ExitStatus runServices(Map<String, Service> services) {
    BlockingQueue<Ended> ended = new LinkedBlockingQueue<>();
    Map<String, Thread> running = new LinkedHashMap<>();
    services.forEach((name, service) -> running.put(name, start(name, service, ended)));
    ExitStatus status = ExitStatus.OK;
    long deadline = Long.MAX_VALUE;
    try {
      while (!running.isEmpty()) {
        if (stop.requested() && deadline == Long.MAX_VALUE) {
          deadline = System.nanoTime() + drain.toNanos();
        }
        Ended next = ended.poll(100, TimeUnit.MILLISECONDS);
        if (next != null) {
          running.remove(next.name());
          if (next.failure() != null) {
            ExitStatus failed = report(next.name(), next.failure());
            status = status == ExitStatus.OK ? failed : status;
            stop.request();
          }
        } else if (deadline != Long.MAX_VALUE && System.nanoTime() - deadline > 0) {
          LOGGER.error(
              "not stopped within {} s: {}. The process ends with what was committed, and the next start goes on from there; look whether Kafka answers",
              drain.toSeconds(),
              String.join(", ", running.keySet()));
          running.values().forEach(Thread::interrupt);
          return status == ExitStatus.OK ? ExitStatus.FAILURE : status;
        }
      }
    } catch (InterruptedException e) {
      stop.request();
      running.values().forEach(Thread::interrupt);
      Thread.currentThread().interrupt();
      return ExitStatus.FAILURE;
    }
    return status;
  }

  private ExitStatus report(String name, Throwable failure) {
    FailureKind kind = KafkaFailures.kindOf(failure);
    health.failed(failure);
    switch (kind) {
      case CONFIGURATION, FENCED, RETRYABLE -> {
        LOGGER.error("{} ended: {}{}", name, failure.getMessage(), KafkaFailures.advice(failure));
        LOGGER.debug("{} ended", name, failure);
      }
      case POISON, FATAL -> LOGGER.error("{} ended: {}", name, describe(failure), failure);
    }
    return ExitStatus.of(kind);
  }

  /** What our own code throws says enough by its message. */
  private static String describe(Throwable failure) {
    if (failure instanceof OutOfMemoryError) {
      return "the memory that Java may use, %d MiB, is full (%s): give the process more (-Xmx, as JDK_JAVA_OPTIONS=-Xmx4g), or lower what it holds at once (its settings for batches, buffers and queues)"
          .formatted(Runtime.getRuntime().maxMemory() >> 20, failure.getMessage());
    }
    return failure instanceof LogitstreamException
        ? String.valueOf(failure.getMessage())
        : failure.toString();
  }

  private Thread start(String name, Service service, BlockingQueue<Ended> ended) {
    Thread thread =
        new Thread(
            () -> {
              @Nullable Throwable failure = null;
              try {
                service.run(stop);
              } catch (StoppedException e) {
                LOGGER.info("{}: {}", name, e.getMessage());
              } catch (Throwable e) { // errors too: a service that is gone must be noticed
                failure = e;
              }
              ended.add(new Ended(name, failure));
            },
            name);
    // A service that never stops must not keep the process from ending.
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  private record Ended(String name, @Nullable Throwable failure) {}
}
