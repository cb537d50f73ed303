package io.logitstream.trainer.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class DrawsTest {
  private static final int DRAWS = 20_000;
  private static final RehearsalWindow WINDOW =
      new RehearsalWindow(
          "topic",
          List.of(
              new RehearsalRange(0, 100L, 400L),
              new RehearsalRange(0, 500L, 600L),
              new RehearsalRange(2, 0L, 600L)),
          List.of("java", "scala"));

  @Property(tries = 300)
  void everyPlaceLiesInTheWindowAndIsTheSameEachTime(
      @ForAll DrawChoice choice,
      @ForAll long seed,
      @ForAll @LongRange(min = 1) long step,
      @ForAll @IntRange(min = 0, max = 1000) int number,
      @ForAll @LongRange(min = 1) long halfLife) {
    Draws.Draw draw = draws(choice, halfLife, seed).draw(WINDOW, step, number);

    assertThat(WINDOW.getRanges()).contains(draw.range());
    assertThat(draw.offset())
        .isGreaterThanOrEqualTo(draw.range().getFromOffset())
        .isLessThan(draw.range().getToOffset());
    assertThat(draws(choice, halfLife, seed).draw(WINDOW, step, number)).isEqualTo(draw);
  }

  @Test
  void uniformDrawsTakeEveryPlaceAlike() {
    TreeMap<Long, Integer> tenths = new TreeMap<>();
    Draws draws = draws(DrawChoice.UNIFORM, 1, 3);
    for (int step = 0; step < DRAWS; step++) {
      tenths.merge(place(draws.draw(WINDOW, step, 0)) / 100, 1, Integer::sum);
    }

    assertThat(tenths).hasSize(10);
    // Five standard deviations of a binomial count.
    tenths.values().forEach(count -> assertThat(count).isCloseTo(DRAWS / 10, within(212)));
  }

  @Test
  void aRecordOlderByTheHalfLifeIsHalfAsLikely() {
    int[] byAge = new int[4];
    Draws draws = draws(DrawChoice.RECENT, 250, 3);
    for (int step = 0; step < DRAWS; step++) {
      Draws.Draw draw = draws.draw(WINDOW, step, 0);
      // Ages are shares of what a partition has: 400 and 600 records.
      double age =
          draw.range().getPartition() == 0
              ? (400 - place(draw)) / 400.0
              : (1000 - place(draw)) / 600.0;
      byAge[Math.min(3, (int) (age * 4))]++;
    }

    for (int quarter = 1; quarter < 4; quarter++) {
      assertThat((double) byAge[quarter] / byAge[quarter - 1]).isCloseTo(0.5, within(0.06));
    }
  }

  @Test
  void domainsAreDrawnAlike() {
    Draws draws = draws(DrawChoice.DOMAINS, 1, 3);
    int java = 0;
    for (int step = 0; step < DRAWS; step++) {
      java += draws.draw(WINDOW, step, 0).domain().orElseThrow().equals("java") ? 1 : 0;
    }

    assertThat(java).isCloseTo(DRAWS / 2, within(354));
  }

  @Test
  void stepsAndPlacesOfAStepDiffer() {
    Draws draws = draws(DrawChoice.UNIFORM, 1, 3);
    Set<Long> places = new HashSet<>();
    for (int number = 0; number < 10; number++) {
      places.add(place(draws.draw(WINDOW, 1, number)));
      places.add(place(draws.draw(WINDOW, 2, number)));
    }

    assertThat(places).hasSizeGreaterThan(15);
  }

  private static Draws draws(DrawChoice choice, long halfLife, long seed) {
    return new Draws(new RehearsalSettings(0.5, choice, halfLife, 10), seed);
  }

  /** The place's number over all ranges of the window. */
  private static long place(Draws.Draw draw) {
    long before = 0;
    for (RehearsalRange range : WINDOW.getRanges()) {
      if (range.equals(draw.range())) {
        return before + draw.offset() - range.getFromOffset();
      }
      before += range.getToOffset() - range.getFromOffset();
    }
    throw new AssertionError(draw);
  }
}
