package io.logitstream.systemtests;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * SIGKILL, SIGTERM and SIGSTOP to services, in an order and at points of a run's progress that a
 * seed decides; and the supervisor that starts again what may be started again.
 */
final class Chaos {
  private static final long POLL_MS = 100;
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Duration BACK_WITHIN = Duration.ofMinutes(3);
  private static final Set<Integer> MAY_RESTART = Set.of(1, 7, 130, 137, 143);

  /** One stop of four is longer than the transactions of {@link #TRANSACTION_TIMEOUT}. */
  private static final int LONG_STOP_MS = 12_000;

  /** For the services' settings. */
  static final String TRANSACTION_TIMEOUT = "10s";

  private final SplittableRandom random;
  private final List<Victim> victims;
  private final List<Strike> strikes = new ArrayList<>();

  /**
   * What is struck and supervised.
   *
   * @param isBack whether it answers again after a start
   */
  record Victim(ServiceProcess service, BooleanSupplier isBack) {
    /** One whose process alone says that it is back. */
    static Victim of(ServiceProcess service) {
      return new Victim(service, service::isAlive);
    }
  }

  /** What was done to a service. */
  enum Signal {
    KILL,
    TERMINATE,
    STOP
  }

  /**
   * Something that was done to a service.
   *
   * @param at when it ceased to work
   * @param backAt when it answered again, or was done
   */
  record Strike(String service, Signal signal, Instant at, Instant backAt) {}

  Chaos(long seed, List<Victim> victims) {
    this.random = new SplittableRandom(seed);
    this.victims = List.copyOf(victims);
  }

  /**
   * Kills, spread over a run.
   *
   * @param checkpoints how many checkpoints the run will have
   * @param committed how many it has
   * @return how many kills there were: fewer than asked for if a service was done before
   */
  int kill(int kills, long checkpoints, LongSupplier committed)
      throws IOException, InterruptedException {
    for (int kill = 0; kill < kills; kill++) {
      long startNanos = System.nanoTime();
      while (committed.getAsLong() < checkpoints * kill / (kills + 1)
          && System.nanoTime() - startNanos < LONGEST_WAIT_NANOS) {
        pause(POLL_MS);
        supervise();
      }
      pause(random.nextInt(400));
      if (supervise()) {
        return kill;
      }
      strike(victims.get(random.nextInt(victims.size())));
    }
    return kills;
  }

  /** What was done, in order. */
  List<Strike> strikes() {
    return List.copyOf(strikes);
  }

  /** Strikes by service and signal, as people read them. */
  static String summary(List<Strike> strikes) {
    return strikes.stream()
        .collect(
            Collectors.groupingBy(
                strike -> strike.service() + " " + strike.signal(),
                TreeMap::new,
                Collectors.counting()))
        .entrySet()
        .stream()
        .map(entry -> entry.getKey() + " " + entry.getValue())
        .collect(Collectors.joining(", "));
  }

  /** Starts again what ended and may be; says whether one is done. */
  boolean supervise() throws IOException, InterruptedException {
    boolean done = false;
    for (Victim victim : victims) {
      ServiceProcess service = victim.service();
      if (service.isAlive()) {
        continue;
      }
      int status = service.awaitExit(1);
      if (status == 0) {
        done = true;
      } else if (MAY_RESTART.contains(status)) {
        service.restart();
      } else {
        throw new AssertionError(
            "%s ended with %d:%n%s".formatted(service.name(), status, service.output()));
      }
    }
    return done;
  }

  private void strike(Victim victim) throws IOException, InterruptedException {
    ServiceProcess service = victim.service();
    Signal signal = Signal.values()[random.nextInt(Signal.values().length)];
    Instant at = Instant.now();
    switch (signal) {
      case KILL -> service.killAndRestart();
      case TERMINATE -> {
        service.terminate(90);
        service.restart();
      }
      case STOP -> {
        service.pause();
        try {
          pause(random.nextInt(4) == 0 ? LONG_STOP_MS : 500 + random.nextInt(3000));
        } finally {
          service.resume();
        }
      }
    }
    awaitBack(victim);
    strikes.add(new Strike(service.name(), signal, at, Instant.now()));
  }

  /** Waits until it answers again, or is done; what ends meanwhile and may be is started again. */
  private void awaitBack(Victim victim) {
    await()
        .atMost(BACK_WITHIN)
        .until(
            () -> {
              boolean done = supervise() && !victim.service().isAlive();
              return done || victim.isBack().getAsBoolean();
            });
  }

  private static void pause(long ms) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(ms);
  }
}
