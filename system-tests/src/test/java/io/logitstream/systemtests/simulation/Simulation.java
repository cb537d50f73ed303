package io.logitstream.systemtests.simulation;

import io.logitstream.systemtests.simulation.plants.Plant;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Runs simulations of seeds. Safe for several threads. */
final class Simulation {
  /** Seeds that share a story: its undisturbed course is simulated once for all of them. */
  private static final int SEEDS_OF_A_STORY = 8;

  private static final int KEPT_STORIES = 64;

  private final Map<Long, Undisturbed> undisturbed = new ConcurrentHashMap<>();

  /**
   * What a course leaves in which nothing happens.
   *
   * @param states what must be the same in every course, by name
   * @param points points of the course
   * @param failure what is wrong with it already; null if nothing is
   */
  private record Undisturbed(
      Story story, Map<String, String> states, long points, @Nullable String failure) {}

  /**
   * What came of a seed.
   *
   * @param failure what is wrong; null if nothing is
   * @param points points between effects that the simulation came to
   */
  record Outcome(
      long seed, Story story, Disturbances disturbances, @Nullable String failure, long points) {}

  /**
   * Simulates a seed.
   *
   * @param trace told of everything that happens
   */
  Outcome run(long seed, Plant plant, World.Trace trace) throws InterruptedException {
    Undisturbed expected = undisturbed(Math.floorDiv(seed, SEEDS_OF_A_STORY));
    Story story = expected.story();
    Disturbances disturbances = Disturbances.of(seed, expected.points());
    if (expected.failure() != null) {
      String failure = "undisturbed: " + expected.failure();
      return new Outcome(seed, story, Disturbances.NONE, failure, expected.points());
    }
    Course course = story.course(disturbances, plant, seed * 3 + 1_000_000, trace);
    Map<String, String> states = new TreeMap<>();
    @Nullable String failure = run(course, states);
    if (failure == null && story.hasOneEnd()) {
      failure = difference(expected.states(), states);
    }
    return new Outcome(seed, story, disturbances, failure, course.points());
  }

  /**
   * Runs and audits.
   *
   * @param states takes what the course has left
   * @return what is wrong; null if nothing is
   */
  private static @Nullable String run(Course course, Map<String, String> states)
      throws InterruptedException {
    try {
      course.run();
      if (course.violation() == null) {
        states.putAll(course.audit());
      }
    } catch (AuditException e) {
      return e.getMessage();
    } catch (IllegalStateException e) {
      String violation = course.violation();
      return violation == null ? String.valueOf(e.getMessage()) : violation;
    }
    return course.violation();
  }

  private Undisturbed undisturbed(long number) throws InterruptedException {
    Undisturbed known = undisturbed.get(number);
    if (known != null) {
      return known;
    }
    Story story = Story.of(number);
    Course course = story.course(Disturbances.NONE, Plant.NONE, number, World.Trace.NONE);
    Map<String, String> states = new TreeMap<>();
    @Nullable String failure = run(course, states);
    Undisturbed found = new Undisturbed(story, states, course.points(), failure);
    if (undisturbed.size() >= KEPT_STORIES) {
      undisturbed.clear();
    }
    undisturbed.put(number, found);
    return found;
  }

  /** Everything of the undisturbed course is there, bit for bit. */
  private static @Nullable String difference(
      Map<String, String> expected, Map<String, String> found) {
    for (Map.Entry<String, String> state : expected.entrySet()) {
      String name = state.getKey();
      if (!state.getValue().equals(found.get(name))) {
        return "the undisturbed course leaves %s, this one %s"
            .formatted(name, found.containsKey(name) ? "another" : "none: " + found.keySet());
      }
    }
    return null;
  }
}
