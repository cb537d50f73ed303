package io.logitstream.trainer.rehearsal;

import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;

/** Windows of older records. */
public final class Windows {
  private static final Comparator<RehearsalRange> ORDER =
      Comparator.comparingInt(RehearsalRange::getPartition)
          .thenComparingLong(RehearsalRange::getFromOffset);

  private Windows() {}

  /**
   * A window up to where the run stands.
   *
   * @param keptFrom the offset of each partition that retention leaves for long enough
   * @param nextOffsets where the run stands
   * @param discarded what must never be trained on again
   */
  static RehearsalWindow of(
      String topicId,
      Map<Integer, Long> keptFrom,
      Map<Integer, Long> nextOffsets,
      Collection<RehearsalRange> discarded,
      SortedSet<String> domains) {
    List<RehearsalRange> ranges = new ArrayList<>();
    new TreeMap<>(nextOffsets)
        .forEach(
            (partition, next) -> {
              long from = keptFrom.getOrDefault(partition, Long.MAX_VALUE);
              List<RehearsalRange> holes =
                  discarded.stream()
                      .filter(range -> range.getPartition() == partition)
                      .sorted(ORDER)
                      .toList();
              for (RehearsalRange hole : holes) {
                add(ranges, partition, from, Math.min(next, hole.getFromOffset()));
                from = Math.max(from, hole.getToOffset());
              }
              add(ranges, partition, from, next);
            });
    return new RehearsalWindow(topicId, ranges, List.copyOf(domains));
  }

  private static void add(List<RehearsalRange> ranges, int partition, long from, long to) {
    if (from < to) {
      ranges.add(new RehearsalRange(partition, from, to));
    }
  }

  /** Whether all of a window is still in the log. */
  static boolean isKept(RehearsalWindow window, Map<Integer, Long> beginnings) {
    return window.getRanges().stream()
        .allMatch(
            range ->
                beginnings.getOrDefault(range.getPartition(), Long.MAX_VALUE)
                    <= range.getFromOffset());
  }

  /** Whether an offset lies in a window. */
  public static boolean contains(RehearsalWindow window, int partition, long offset) {
    return window.getRanges().stream()
        .anyMatch(
            range ->
                range.getPartition() == partition
                    && offset >= range.getFromOffset()
                    && offset < range.getToOffset());
  }
}
