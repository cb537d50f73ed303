package io.logitstream.systemtests.simulation;

import io.logitstream.systemtests.simulation.plants.Plant;

/** What a simulation is about: everything but what is done to it. */
sealed interface Story permits Scenario, TeacherScenario {
  /** Of so many stories one is of teachers, the others are of a trainer and its followers. */
  int STORIES_TO_ONE_OF_TEACHERS = 4;

  /** The story of a number, from which all of it follows. */
  static Story of(long number) {
    return number % STORIES_TO_ONE_OF_TEACHERS == STORIES_TO_ONE_OF_TEACHERS - 1
        ? TeacherScenario.of(number)
        : Scenario.of(number);
  }

  /** Its number. */
  long number();

  /** Whether all that is left is the same, whatever is done, as in a run to which nothing is. */
  boolean hasOneEnd();

  /**
   * A course that it may take.
   *
   * @param seed of the order in which things happen
   * @param trace told of each point and event
   */
  Course course(Disturbances disturbances, Plant plant, long seed, World.Trace trace);
}
