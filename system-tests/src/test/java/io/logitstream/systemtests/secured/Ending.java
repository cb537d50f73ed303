package io.logitstream.systemtests.secured;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.ExitStatus;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.ServiceRunner;
import io.logitstream.platform.lifecycle.StopSignal;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;

/**
 * How a process ended.
 *
 * @param status its status
 * @param message what people read of a failure; empty if there was none
 */
record Ending(ExitStatus status, String message) {
  private static final Duration DRAIN = Duration.ofMinutes(2);

  /** Runs a service to its end. */
  static Ending of(Service service, StopSignal stop) {
    AtomicReference<String> message = new AtomicReference<>("");
    Service heard =
        signal -> {
          try {
            service.run(signal);
          } catch (Exception e) {
            message.set(e.getMessage() + KafkaFailures.advice(e));
            throw e;
          }
        };
    ExitStatus status = new ServiceRunner(stop, DRAIN, new Health()).run(Map.of("service", heard));
    return new Ending(status, String.valueOf(message.get()));
  }

  /** Runs a service to its end, which must come by itself. */
  static Ending of(Service service) {
    return of(service, new StopSignal());
  }

  /** Runs a service on a thread of its own. */
  static CompletableFuture<Ending> later(Service service, StopSignal stop) {
    CompletableFuture<Ending> ending = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                ending.complete(of(service, stop));
              } catch (RuntimeException | Error e) {
                ending.completeExceptionally(e);
              }
            },
            "process");
    thread.setDaemon(true);
    thread.start();
    return ending;
  }
}
