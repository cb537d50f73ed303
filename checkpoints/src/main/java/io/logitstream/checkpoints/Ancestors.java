package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Verdict;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Which checkpoints of a run a checkpoint descends from. What a rollback discarded, and what was
 * gone round because it was damaged, is nobody's ancestor.
 */
public final class Ancestors {
  private Ancestors() {}

  /**
   * A checkpoint and its ancestors, oldest first. Where a parent's manifest was let go, the newest
   * one before it stands for it.
   *
   * @param manifests those of the run
   */
  public static List<CheckpointManifest> of(
      Collection<CheckpointManifest> manifests, CheckpointManifest checkpoint) {
    TreeMap<Long, CheckpointManifest> bySequence = new TreeMap<>();
    manifests.forEach(manifest -> bySequence.put(manifest.getSequence(), manifest));
    Deque<CheckpointManifest> line = new ArrayDeque<>();
    CheckpointManifest current = checkpoint;
    while (true) {
      line.addFirst(current);
      Long parent = current.getParentSequence();
      Map.Entry<Long, CheckpointManifest> before =
          parent == null
              ? null
              : bySequence.floorEntry(Math.min(parent, current.getSequence() - 1));
      if (before == null) {
        return List.copyOf(line);
      }
      current = before.getValue();
    }
  }

  /** As {@link #of(Collection, CheckpointManifest)} of a run's newest checkpoint; empty without. */
  public static List<CheckpointManifest> ofNewest(Collection<CheckpointManifest> manifests) {
    return manifests.stream()
        .max((a, b) -> Long.compare(a.getSequence(), b.getSequence()))
        .map(newest -> of(manifests, newest))
        .orElse(List.of());
  }

  /** The last of a line that the gate accepted and whose bytes are there. */
  public static Optional<CheckpointManifest> lastAccepted(List<CheckpointManifest> line) {
    return line.stream()
        .filter(manifest -> manifest.getVerdict() == Verdict.ACCEPTED && !manifest.getExpired())
        .reduce((first, second) -> second);
  }
}
