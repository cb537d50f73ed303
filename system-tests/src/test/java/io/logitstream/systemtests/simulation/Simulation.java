package io.logitstream.systemtests.simulation;

import io.logitstream.systemtests.simulation.plants.Plant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs simulations of seeds. Safe for several threads. */
final class Simulation {
  /** Seeds that share a scenario: its undisturbed run is simulated once for all of them. */
  private static final int SEEDS_OF_A_SCENARIO = 8;

  private static final int KEPT_SCENARIOS = 64;

  private final Map<Long, Undisturbed> undisturbed = new ConcurrentHashMap<>();

  /**
   * What a run leaves to which nothing happens.
   *
   * @param states the SHA-256 of each checkpoint's student by where it stands
   * @param points points of the run
   * @param failure what is wrong with it already; null if nothing is
   */
  private record Undisturbed(
      Scenario scenario, Map<String, String> states, long points, @Nullable String failure) {}

  /**
   * What came of a seed.
   *
   * @param failure what is wrong; null if nothing is
   * @param points points between effects that the simulation came to
   */
  record Outcome(
      long seed,
      Scenario scenario,
      Disturbances disturbances,
      @Nullable String failure,
      long points) {}

  /**
   * Simulates a seed.
   *
   * @param trace told of everything that happens
   */
  Outcome run(long seed, Plant plant, World.Trace trace) throws InterruptedException {
    Undisturbed expected = undisturbed(Math.floorDiv(seed, SEEDS_OF_A_SCENARIO));
    Scenario scenario = expected.scenario();
    Disturbances disturbances = Disturbances.of(seed, expected.points());
    if (expected.failure() != null) {
      String failure = "undisturbed: " + expected.failure();
      return new Outcome(seed, scenario, Disturbances.NONE, failure, expected.points());
    }
    World world = new World(scenario, disturbances, plant, seed * 3 + 1_000_000, trace);
    Map<String, String> states = new TreeMap<>();
    @Nullable String failure = run(scenario, disturbances, world, states);
    if (failure == null && !scenario.isLive() && !scenario.losesRecords()) {
      failure = difference(expected.states(), states);
    }
    return new Outcome(seed, scenario, disturbances, failure, world.points());
  }

  /**
   * Runs and audits.
   *
   * @param states takes what the run has left
   * @return what is wrong; null if nothing is
   */
  private static @Nullable String run(
      Scenario scenario, Disturbances disturbances, World world, Map<String, String> states)
      throws InterruptedException {
    try {
      world.run();
      if (world.violation() == null) {
        states.putAll(audit(scenario, disturbances, world));
      }
    } catch (AuditException e) {
      return e.getMessage();
    } catch (IllegalStateException e) {
      String violation = world.violation();
      return violation == null ? String.valueOf(e.getMessage()) : violation;
    }
    return world.violation();
  }

  private Undisturbed undisturbed(long number) throws InterruptedException {
    Undisturbed known = undisturbed.get(number);
    if (known != null) {
      return known;
    }
    Scenario scenario = Scenario.of(number);
    World world =
        new World(scenario, Disturbances.NONE, Plant.NONE, scenario.number(), World.Trace.NONE);
    Map<String, String> states = new TreeMap<>();
    @Nullable String failure = run(scenario, Disturbances.NONE, world, states);
    Undisturbed found = new Undisturbed(scenario, states, world.points(), failure);
    if (undisturbed.size() >= KEPT_SCENARIOS) {
      undisturbed.clear();
    }
    undisturbed.put(number, found);
    return found;
  }

  private static Map<String, String> audit(
      Scenario scenario, Disturbances disturbances, World world) {
    return Audit.of(
        scenario,
        world.broker(),
        disturbances.hasFollower() ? Optional.of(world.followed()) : Optional.empty());
  }

  /** Over a filled log every checkpoint of the undisturbed run is there, bit for bit. */
  private static @Nullable String difference(
      Map<String, String> expected, Map<String, String> found) {
    for (Map.Entry<String, String> checkpoint : expected.entrySet()) {
      String place = checkpoint.getKey();
      if (!checkpoint.getValue().equals(found.get(place))) {
        return "the undisturbed run has a checkpoint of %s, this one %s"
            .formatted(place, found.containsKey(place) ? "another" : "none: " + found.keySet());
      }
    }
    return null;
  }
}
