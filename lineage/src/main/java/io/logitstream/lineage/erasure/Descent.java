package io.logitstream.lineage.erasure;

import io.logitstream.lineage.query.CheckpointFact;
import io.logitstream.lineage.query.IndexView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Finds the checkpoints whose weights descend from training steps: through their parents, and into
 * other runs that began with the same weights. A rollback takes the weights of an earlier
 * checkpoint, and with them only that one's descent.
 */
final class Descent {
  /**
   * A step that trained on what is forgotten.
   *
   * @param index its place among the ledger entries of the checkpoint
   */
  record Trained(long sequence, int index) {}

  private final IndexView index;
  private final Map<String, Set<Trained>> trained;
  private final Map<String, Set<Long>> inherited = new HashMap<>();

  /**
   * @param trained the steps by run
   */
  Descent(IndexView index, Map<String, Set<Trained>> trained) {
    this.index = index;
    this.trained = trained;
  }

  /** The checkpoints, by run. */
  List<TrainedCheckpoints> find() {
    Map<String, TrainedCheckpoints> found = new TreeMap<>();
    Deque<String> open = new ArrayDeque<>(new TreeSet<>(trained.keySet()));
    while (!open.isEmpty()) {
      String run = open.remove();
      List<CheckpointFact> all = checkpoints(run);
      Set<Long> descended = descended(run, all);
      found.put(run, summary(run, all, descended));
      for (CheckpointFact checkpoint : all) {
        if (descended.contains(checkpoint.sequence())) {
          open.addAll(inheritors(checkpoint));
        }
      }
    }
    return List.copyOf(found.values());
  }

  /** Runs that began with a checkpoint's weights, and were not known to. */
  private List<String> inheritors(CheckpointFact checkpoint) {
    String sha256 = checkpoint.weightsSha256();
    if (sha256 == null) {
      return List.of();
    }
    List<String> runs = new ArrayList<>();
    for (CheckpointFact other : index.withWeights(sha256)) {
      if (!other.run().equals(checkpoint.run())
          && other.parentSequence() == null
          && inherited.computeIfAbsent(other.run(), run -> new HashSet<>()).add(other.sequence())) {
        runs.add(other.run());
      }
    }
    return runs;
  }

  private Set<Long> descended(String run, List<CheckpointFact> all) {
    Set<Trained> steps = trained.getOrDefault(run, Set.of());
    Set<Long> descended = new HashSet<>(inherited.getOrDefault(run, Set.of()));
    for (CheckpointFact checkpoint : all) {
      @Nullable Long from =
          checkpoint.rollbackTo() == null ? checkpoint.parentSequence() : checkpoint.rollbackTo();
      @Nullable Integer rollbackIndex = checkpoint.rollbackIndex();
      boolean trainedHere =
          steps.stream()
              .anyMatch(
                  step ->
                      step.sequence() == checkpoint.sequence()
                          && (rollbackIndex == null || step.index() > rollbackIndex));
      if (trainedHere || (from != null && descended.contains(from))) {
        descended.add(checkpoint.sequence());
      }
    }
    return descended;
  }

  private List<CheckpointFact> checkpoints(String run) {
    List<CheckpointFact> all = new ArrayList<>();
    List<CheckpointFact> page;
    long after = -1;
    do {
      page = index.checkpoints(run, after);
      all.addAll(page);
      after = page.isEmpty() ? after : page.get(page.size() - 1).sequence();
    } while (page.size() == IndexView.PAGE);
    return all;
  }

  private static TrainedCheckpoints summary(
      String run, List<CheckpointFact> all, Set<Long> descended) {
    List<String> checkpoints = new ArrayList<>();
    int kept = 0;
    @Nullable String newestWithout = null;
    for (CheckpointFact checkpoint : all) {
      if (descended.contains(checkpoint.sequence())) {
        checkpoints.add(checkpoint.id());
        kept += checkpoint.expired() ? 0 : 1;
      } else if (!checkpoint.expired()) {
        newestWithout = checkpoint.id();
      }
    }
    return new TrainedCheckpoints(run, checkpoints, kept, newestWithout);
  }
}
