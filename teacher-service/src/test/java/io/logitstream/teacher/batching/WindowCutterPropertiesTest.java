package io.logitstream.teacher.batching;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class WindowCutterPropertiesTest {
  @Property
  void everyTokenAfterTheFirstIsTheLabelOfExactlyOneTrainedPosition(
      @ForAll @IntRange(min = 2, max = 300) int length,
      @ForAll @IntRange(min = 1, max = 40) int positions,
      @ForAll @IntRange(max = 39) int overlap) {
    int[] tokens = IntStream.range(0, length).toArray();
    BitSet all = new BitSet();
    all.set(1, length);
    assertThat(labels(cutter(positions, overlap).cut(tokens, all)))
        .containsExactly(IntStream.range(1, length).toArray());
  }

  @Property
  void onlyTheMarkedTokensAreTrainedInTheirOrder(
      @ForAll @IntRange(min = 2, max = 300) int length,
      @ForAll @IntRange(min = 1, max = 40) int positions,
      @ForAll @IntRange(max = 39) int overlap,
      @ForAll long seed) {
    int[] tokens = IntStream.range(0, length).toArray();
    Random random = new Random(seed);
    BitSet marked = new BitSet();
    IntStream.range(1, length).filter(index -> random.nextInt(3) == 0).forEach(marked::set);
    List<Window> windows = cutter(positions, overlap).cut(tokens, marked);
    assertThat(labels(windows)).containsExactly(marked.stream().toArray());
    assertThat(windows)
        .extracting(Window::index)
        .containsExactlyElementsOf(IntStream.range(0, windows.size()).boxed().toList());
  }

  @Property
  void windowsAreConsecutiveTokensWithTheOverlapAsContextAndNoMorePositionsThanAllowed(
      @ForAll @IntRange(min = 2, max = 300) int length,
      @ForAll @IntRange(min = 1, max = 40) int positions,
      @ForAll @IntRange(max = 39) int overlap) {
    WindowCutter cutter = cutter(positions, overlap);
    BitSet all = new BitSet();
    all.set(1, length);
    int previousEnd = 0;
    for (Window window : cutter.cut(IntStream.range(0, length).toArray(), all)) {
      int first = window.tokens()[0];
      assertThat(window.tokens())
          .containsExactly(IntStream.range(first, first + window.tokens().length).toArray());
      assertThat(window.positions()).isLessThanOrEqualTo(positions);
      if (window.index() > 0) {
        // the previous window's last label is read here, after the overlap
        assertThat(first).isEqualTo(previousEnd - cutter.overlap());
        assertThat(window.trained().get(0).start()).isEqualTo(cutter.overlap());
      }
      previousEnd = first + window.positions();
    }
  }

  private static WindowCutter cutter(int positions, int overlap) {
    return new WindowCutter(positions, overlap % positions);
  }

  private static int[] labels(List<Window> windows) {
    return windows.stream()
        .flatMapToInt(
            window ->
                window.trained().stream()
                    .flatMapToInt(
                        range ->
                            Arrays.stream(window.tokens(), range.start() + 1, range.end() + 1)))
        .toArray();
  }
}
