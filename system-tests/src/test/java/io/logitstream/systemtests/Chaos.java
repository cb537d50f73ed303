package io.logitstream.systemtests;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * SIGKILL, SIGTERM and SIGSTOP to services, in an order and at points of a run's progress that a
 * seed decides; and the supervisor that starts again what may be started again.
 */
final class Chaos {
  private static final long POLL_MS = 100;
  private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);
  private static final Set<Integer> MAY_RESTART = Set.of(1, 7, 130, 137, 143);

  private final SplittableRandom random;
  private final List<ServiceProcess> services;

  /**
   * @param services what is killed and supervised
   */
  Chaos(long seed, List<ServiceProcess> services) {
    this.random = new SplittableRandom(seed);
    this.services = List.copyOf(services);
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
      strike(services.get(random.nextInt(services.size())));
    }
    return kills;
  }

  /** Starts again what ended and may be; says whether one is done. */
  boolean supervise() throws IOException, InterruptedException {
    boolean done = false;
    for (ServiceProcess service : services) {
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

  private void strike(ServiceProcess service) throws IOException, InterruptedException {
    switch (random.nextInt(3)) {
      case 0 -> service.killAndRestart();
      case 1 -> {
        service.terminate(90);
        service.restart();
      }
      default -> {
        service.pause();
        try {
          pause(500 + random.nextInt(3000));
        } finally {
          service.resume();
        }
      }
    }
  }

  private static void pause(long ms) throws InterruptedException {
    TimeUnit.MILLISECONDS.sleep(ms);
  }
}
