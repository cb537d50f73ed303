package io.logitstream.console.demo;

import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.StepEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * How long a prompt takes from being created to the first committed step that trained on it. When
 * prompts were created is in the records, which records a step consumed in the ledger, and when the
 * step ended in the telemetry: the three are joined here. Not safe for several threads.
 */
final class PromptLatencies {
  private static final int UNRESOLVED_MAX = 200_000;
  private static final int SAMPLES_MAX = 500_000;

  private final Map<Integer, NavigableMap<Long, Long>> createdByPartition = new HashMap<>();
  private final NavigableMap<Long, Long> endedByStep = new TreeMap<>();
  private final ArrayDeque<StepEntry> committed = new ArrayDeque<>();
  private final List<Double> seconds = new ArrayList<>();

  /** A training record was read. */
  void record(int partition, long offset, long createdMs) {
    NavigableMap<Long, Long> created =
        createdByPartition.computeIfAbsent(partition, any -> new TreeMap<>());
    created.put(offset, createdMs);
    if (created.size() > UNRESOLVED_MAX) {
      created.pollFirstEntry();
    }
  }

  /** A step has ended. The first time counts: a step that a crash undid is taken again. */
  void stepEnded(long step, long endedMs) {
    endedByStep.putIfAbsent(step, endedMs);
    if (endedByStep.size() > UNRESOLVED_MAX) {
      endedByStep.pollFirstEntry();
    }
  }

  /** A step was committed to the ledger. */
  void stepCommitted(StepEntry entry) {
    committed.addLast(entry);
    if (committed.size() > UNRESOLVED_MAX) {
      committed.removeFirst();
    }
  }

  /**
   * A quantile of the latencies so far, in seconds; empty where there are none.
   *
   * @param share from 0 to 1
   */
  OptionalDouble quantile(double share) {
    join();
    if (seconds.isEmpty()) {
      return OptionalDouble.empty();
    }
    Collections.sort(seconds);
    int index = (int) Math.ceil(share * seconds.size()) - 1;
    return OptionalDouble.of(seconds.get(Math.max(0, index)));
  }

  private void join() {
    // Telemetry may be read a little after the ledger: what has no end yet waits for the next call.
    StepEntry[] waiting = committed.toArray(new StepEntry[0]);
    committed.clear();
    Arrays.stream(waiting)
        .forEach(
            entry -> {
              Long ended = endedByStep.get(entry.getStep());
              if (ended == null) {
                committed.addLast(entry);
              } else {
                entry.getRanges().forEach(range -> join(range, ended));
              }
            });
  }

  private void join(OffsetRange range, long endedMs) {
    NavigableMap<Long, Long> created = createdByPartition.get(range.getPartition());
    if (created == null) {
      return;
    }
    NavigableMap<Long, Long> consumed =
        created.subMap(range.getFirstOffset(), true, range.getLastOffset(), true);
    for (long createdMs : consumed.values()) {
      if (seconds.size() < SAMPLES_MAX) {
        seconds.add((endedMs - createdMs) / 1000.0);
      }
    }
    consumed.clear();
  }
}
