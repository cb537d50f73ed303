package io.logitstream.console.commands;

import io.logitstream.console.logging.LogSettings;
import io.logitstream.console.logging.Logging;
import io.logitstream.platform.access.AuthorizedService;
import io.logitstream.platform.access.NeededRights;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.health.HealthSettings;
import io.logitstream.platform.health.ServiceEndpoint;
import io.logitstream.platform.health.ServiceStatus;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.ServiceRunner;
import io.logitstream.platform.lifecycle.ShutdownHook;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.metrics.Meters;
import io.logitstream.platform.surroundings.SurroundingsWatch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs one service as the process: with metrics, health, a clean stop, and news of its progress.
 */
final class ServiceProcess {
  private static final Logger LOGGER = LoggerFactory.getLogger(ServiceProcess.class);

  /** A last checkpoint may have to be uploaded. */
  private static final Duration DRAIN = Duration.ofSeconds(60);

  private static final Duration NEWS = Duration.ofSeconds(10);

  private ServiceProcess() {}

  /** Makes the service of a process. */
  @FunctionalInterface
  interface Wiring {
    Running wire(MeterRegistry meters, Health health);
  }

  /**
   * A service that is about to run.
   *
   * @param news what it has done so far, in a line; empty while there is nothing to tell
   * @param status what it tells of itself at /status: a record
   */
  record Running(Service service, Supplier<String> news, Supplier<?> status) {}

  /**
   * Runs until the service is done or a signal stops it, and returns the exit code.
   *
   * @param needed what the service may need to do on the cluster
   */
  static int run(String name, Configuration configuration, NeededRights needed, Wiring wiring) {
    return run(name, configuration, Map.of(), needed, wiring);
  }

  /**
   * Runs until the service is done or a signal stops it, and returns the exit code.
   *
   * @param logged what every line of a log in JSON says beside the service's name
   * @param needed what the service may need to do on the cluster
   */
  static int run(
      String name,
      Configuration configuration,
      Map<String, String> logged,
      NeededRights needed,
      Wiring wiring) {
    Map<String, String> members = new TreeMap<>(logged);
    members.put("service", name);
    Logging.ofService(LogSettings.format(configuration), members);
    StopSignal stop = new StopSignal();
    Health health = new Health();
    // Holds the process until the last news are told, not only until the service has stopped.
    try (ShutdownHook hook = ShutdownHook.install(stop, DRAIN.plus(NEWS));
        Meters meters = new Meters(name)) {
      Running running = wiring.wire(meters.registry(), health);
      try (ServiceEndpoint endpoint =
              ServiceEndpoint.start(
                  HealthSettings.from(configuration),
                  meters.registry(),
                  new ServiceStatus(
                      name, Version.number(), health, running.status(), Instant::now));
          SurroundingsWatch watch =
              SurroundingsWatch.start(KafkaSettings.from(configuration), health)) {
        endpoint
            .port()
            .ifPresent(port -> LOGGER.info("metrics, status and health on port {}", port));
        Thread news = new Thread(() -> tell(running.news(), stop), "news");
        news.setDaemon(true);
        news.start();
        int status =
            new ServiceRunner(stop, DRAIN, health)
                .run(
                    Map.of(
                        name,
                        new AuthorizedService(
                            running.service(),
                            needed,
                            new KafkaClients(KafkaSettings.from(configuration), name + "-rights"),
                            health,
                            new Random())))
                .code();
        stop.request();
        String last = running.news().get();
        if (!last.isEmpty()) {
          LOGGER.info("ended: {}", last);
        }
        return status;
      }
    }
  }

  private static void tell(Supplier<String> news, StopSignal stop) {
    String told = "";
    try {
      while (!stop.await(NEWS)) {
        String line = news.get();
        if (!line.equals(told)) {
          LOGGER.info("{}", line);
          told = line;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
