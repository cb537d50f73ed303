package io.logitstream.trainer.rehearsal;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class WindowsTest {
  @Test
  void aWindowReachesFromWhatRetentionLeavesToWhereTheRunStands() {
    assertThat(ranges(Map.of(0, 10L, 1, 0L, 2, 7L), Map.of(0, 30L, 1, 5L, 2, 7L), List.of()))
        .containsExactly(new RehearsalRange(0, 10L, 30L), new RehearsalRange(1, 0L, 5L));
  }

  @Test
  void whatWasDiscardedIsNoPartOfIt() {
    assertThat(
            ranges(
                Map.of(0, 10L, 1, 0L),
                Map.of(0, 50L, 1, 9L),
                List.of(
                    new RehearsalRange(0, 40L, 50L),
                    new RehearsalRange(0, 5L, 12L),
                    new RehearsalRange(0, 20L, 25L),
                    new RehearsalRange(1, 0L, 9L))))
        .containsExactly(new RehearsalRange(0, 12L, 20L), new RehearsalRange(0, 25L, 40L));
  }

  @Test
  void aWindowIsKeptAsLongAsAllOfItIsInTheLog() {
    RehearsalWindow window =
        new RehearsalWindow("topic", List.of(new RehearsalRange(1, 5L, 9L)), List.of());

    assertThat(Windows.isKept(window, Map.of(0, 100L, 1, 5L))).isTrue();
    assertThat(Windows.isKept(window, Map.of(0, 0L, 1, 6L))).isFalse();
    assertThat(Windows.contains(window, 1, 8)).isTrue();
    assertThat(Windows.contains(window, 1, 9)).isFalse();
    assertThat(Windows.contains(window, 0, 8)).isFalse();
  }

  private static List<RehearsalRange> ranges(
      Map<Integer, Long> keptFrom, Map<Integer, Long> next, List<RehearsalRange> discarded) {
    return Windows.of("topic", keptFrom, next, discarded, new TreeSet<>()).getRanges();
  }
}
