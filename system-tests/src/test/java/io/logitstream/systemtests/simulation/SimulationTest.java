package io.logitstream.systemtests.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.logitstream.systemtests.simulation.plants.Plant;
import io.logitstream.systemtests.simulation.plants.Plants;
import io.logitstream.systemtests.simulation.plants.Transparent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** {@code system-tests/simulate} runs more seeds. */
class SimulationTest {
  private static final int SEEDS = 240;
  private static final int SEEDS_WITH_A_PLANT = 1000;

  private static final Logger OURS = (Logger) LoggerFactory.getLogger("io.logitstream");
  private static final Level BEFORE = OURS.getLevel();

  /** Where a plant was found last, if that is not among the first seeds: the search is shorter. */
  private static final Map<String, Integer> FOUND_AT =
      Map.of(
          "commit-not-repeated", 34,
          "empty-poll-idle", 32,
          "teacher-offsets-apart", 24,
          "teacher-commit-not-repeated", 27,
          "teacher-member-unnamed", 62,
          "teacher-unstable-offsets", 382);

  /** The services log what is done to them: thousands of lines, which nobody reads. */
  @BeforeAll
  static void hush() {
    OURS.setLevel(Level.OFF);
  }

  @AfterAll
  static void speak() {
    OURS.setLevel(BEFORE);
  }

  /** Every machine's time of day is set back every few seconds, too. */
  @Test
  void whateverFailsTheRunIsWhole() throws Exception {
    assertThat(simulate("--seeds", Integer.toString(SEEDS))).startsWith("0 ");
  }

  /**
   * A checkpoint that a stop left at the very end of the log was never measured by the gate; what
   * retention took from a running trainer ended it as if the log had ended. A record that was
   * condemned, because no step had a finite result with it, was rehearsed and condemned again.
   */
  @ParameterizedTest
  @ValueSource(longs = {201, 528, 168})
  void whatTheseSeedsFoundIsMended(long seed) throws Exception {
    assertThat(new Simulation().run(seed, Plant.NONE, World.Trace.NONE).failure()).isNull();
  }

  @ParameterizedTest
  @MethodSource("plants")
  void aMistakeThatIsPlantedIsFound(String plant) throws Exception {
    String from = Integer.toString(FOUND_AT.getOrDefault(plant, 0));
    assertThat(
            simulate(
                "--plant", plant, "--from", from, "--seeds", Integer.toString(SEEDS_WITH_A_PLANT)))
        .startsWith("1 ")
        .contains("repeat it: system-tests/simulate --seed ");
  }

  static List<String> plants() {
    return Plants.ALL.stream().map(plant -> plant.name()).toList();
  }

  @Test
  void whatPlantsAreMadeOfIsNoMistakeItself() throws Exception {
    Simulation simulation = new Simulation();
    for (long seed = 0; seed < 24; seed++) {
      assertThat(simulation.run(seed, Transparent.PLANT, World.Trace.NONE).failure())
          .as("seed %d", seed)
          .isNull();
    }
  }

  @Test
  void aSeedIsTheSameEachTime() throws Exception {
    assertThat(trace(3)).hasSizeGreaterThan(100).isEqualTo(trace(3));
  }

  private static List<String> trace(long seed) throws Exception {
    List<String> trace = new ArrayList<>();
    new Simulation().run(seed, Plant.NONE, event -> trace.add(event.get()));
    return trace;
  }

  @Test
  void wrongArgumentsAreToldOf() throws Exception {
    assertThat(simulate("--plant", "none-such")).startsWith("2 ").contains("zombie-sweeps");
    assertThat(simulate("--seeds")).startsWith("2 ").contains("--seeds needs a value");
    assertThat(simulate("--seeds", "0")).startsWith("2 ");
    assertThat(simulate("--sedes")).startsWith("2 ").contains("--list-plants");
  }

  private static String simulate(String... arguments) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int status =
        Simulate.run(List.of(arguments), new PrintStream(out, true, StandardCharsets.UTF_8));
    return status + " " + out.toString(StandardCharsets.UTF_8);
  }
}
