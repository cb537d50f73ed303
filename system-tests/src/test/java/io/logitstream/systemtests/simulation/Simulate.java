package io.logitstream.systemtests.simulation;

import io.logitstream.systemtests.simulation.plants.Plant;
import io.logitstream.systemtests.simulation.plants.Plants;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The command {@code system-tests/simulate}. */
public final class Simulate {
  private static final String USAGE =
      """
      Runs the real loops of teachers, trainer and followers over a simulated log, where a seed decides what fails, and when.

        system-tests/simulate [--seeds N] [--from SEED] [--plant NAME] [--threads N]
        system-tests/simulate --seed SEED [--plant NAME] [--trace]
        system-tests/simulate --list-plants

        --seeds N       simulates N seeds (1000)
        --from SEED     the first of them (0)
        --seed SEED     simulates one seed, as it was in the run that named it
        --trace         prints everything that happens
        --plant NAME    plants a mistake; then a failure is what should come
        --threads N     simulations at a time (the processors)

      Exit code 0: every seed passed. 1: one failed; its seed is printed. 2: wrong usage.
      """;

  private Simulate() {}

  /** Runs it. */
  public static void main(String[] arguments) throws Exception {
    int status = run(List.of(arguments), System.out);
    System.out.flush();
    System.exit(status);
  }

  static int run(List<String> arguments, PrintStream out) throws Exception {
    long seeds = 1000;
    long from = 0;
    boolean trace = false;
    int threads = Runtime.getRuntime().availableProcessors();
    Plant plant = Plant.NONE;
    try {
      for (int i = 0; i < arguments.size(); i++) {
        switch (arguments.get(i)) {
          case "--seeds" -> seeds = Long.parseLong(value(arguments, ++i));
          case "--from" -> from = Long.parseLong(value(arguments, ++i));
          case "--seed" -> {
            from = Long.parseLong(value(arguments, ++i));
            seeds = 1;
          }
          case "--threads" -> threads = Integer.parseInt(value(arguments, ++i));
          case "--trace" -> trace = true;
          case "--plant" -> plant = Plants.named(value(arguments, ++i));
          case "--list-plants" -> {
            Plants.ALL.forEach(known -> out.printf("%-28s %s%n", known.name(), known.mistake()));
            return 0;
          }
          case "--help" -> {
            out.print(USAGE);
            return 0;
          }
          default -> throw new IllegalArgumentException("unknown: " + arguments.get(i));
        }
      }
      if (seeds < 1 || from < 0 || threads < 1) {
        throw new IllegalArgumentException("seeds and threads must be positive");
      }
    } catch (IllegalArgumentException e) {
      out.printf("simulate: %s%n%n%s", e.getMessage(), USAGE);
      return 2;
    }
    return simulate(from, seeds, plant, threads, trace && seeds == 1, out);
  }

  private static String value(List<String> arguments, int index) {
    if (index >= arguments.size()) {
      throw new IllegalArgumentException(arguments.get(index - 1) + " needs a value");
    }
    return arguments.get(index);
  }

  private static int simulate(
      long from, long seeds, Plant plant, int threads, boolean trace, PrintStream out)
      throws Exception {
    long startNanos = System.nanoTime();
    AtomicLong points = new AtomicLong();
    AtomicLong blows = new AtomicLong();
    Simulation.@Nullable Outcome failed =
        firstFailure(from, seeds, plant, threads, trace, out, points, blows);
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    if (failed == null) {
      out.printf(
          "%d seeds passed: %d points between effects, %d kills, stops and signals, in %.1f s%n",
          seeds, points.get(), blows.get(), seconds);
      return 0;
    }
    out.printf("seed %d failed: %s%n", failed.seed(), failed.failure());
    out.printf("  %s%n  %s%n", failed.story(), failed.disturbances());
    out.printf(
        "repeat it: system-tests/simulate --seed %d%s --trace%n",
        failed.seed(), plant == Plant.NONE ? "" : " --plant " + plant.name());
    return 1;
  }

  private static Simulation.@Nullable Outcome firstFailure(
      long from,
      long seeds,
      Plant plant,
      int threads,
      boolean trace,
      PrintStream out,
      AtomicLong points,
      AtomicLong blows)
      throws Exception {
    Simulation simulation = new Simulation();
    AtomicLong next = new AtomicLong(from);
    AtomicLong firstFailed = new AtomicLong(Long.MAX_VALUE);
    List<Simulation.Outcome> failures = java.util.Collections.synchronizedList(new ArrayList<>());
    ExecutorService workers = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            workers.submit(
                () -> {
                  // Seeds are taken in order: the first that fails is the lowest of all.
                  for (long seed = next.getAndIncrement();
                      seed < from + seeds && seed < firstFailed.get();
                      seed = next.getAndIncrement()) {
                    Simulation.Outcome outcome =
                        simulation.run(
                            seed,
                            plant,
                            trace ? event -> out.println(event.get()) : World.Trace.NONE);
                    points.addAndGet(outcome.points());
                    blows.addAndGet(outcome.disturbances().blows().size());
                    if (outcome.failure() != null) {
                      failures.add(outcome);
                      firstFailed.accumulateAndGet(seed, Math::min);
                    }
                  }
                  return null;
                }));
      }
      for (Future<?> worker : running) {
        worker.get();
      }
    } finally {
      workers.shutdownNow();
      workers.awaitTermination(10, TimeUnit.SECONDS);
    }
    return failures.stream()
        .min(java.util.Comparator.comparingLong(Simulation.Outcome::seed))
        .orElse(null);
  }
}
