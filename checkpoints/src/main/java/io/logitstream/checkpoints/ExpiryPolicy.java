package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Which checkpoints a run lets go. Never those that someone needs: the two newest (from which the
 * run goes on, even if one of them is damaged) and the last accepted one (to which a rollback
 * returns), each among the newest one's ancestors; and those that a follower has not been given
 * yet.
 *
 * @param keep the most checkpoints that are kept beside those; 0 for no limit
 * @param keepFor how long checkpoints are kept; zero for ever
 */
public record ExpiryPolicy(int keep, Duration keepFor) {
  private static final int NEWEST = 2;

  public ExpiryPolicy {
    if (keep < 0 || keepFor.isNegative()) {
      throw new IllegalArgumentException(
          "%d checkpoints for %s, expected neither below 0".formatted(keep, keepFor));
    }
  }

  /** Whether nothing ever expires. */
  public boolean keepsAll() {
    return keep == 0 && keepFor.isZero();
  }

  /**
   * The checkpoints that expire now, oldest first; those that have expired before are not among
   * them.
   *
   * @param manifests all of the run
   * @param slowestFollower the sequence up to which every follower has been given checkpoints;
   *     empty without followers
   */
  public List<CheckpointManifest> expired(
      List<CheckpointManifest> manifests, Instant now, OptionalLong slowestFollower) {
    List<CheckpointManifest> newestFirst =
        manifests.stream()
            .filter(manifest -> !manifest.getExpired())
            .sorted(Comparator.comparingLong(CheckpointManifest::getSequence).reversed())
            .toList();
    Set<Long> needed = needed(manifests);
    List<CheckpointManifest> expired = new ArrayList<>();
    for (int rank = 0; rank < newestFirst.size(); rank++) {
      CheckpointManifest manifest = newestFirst.get(rank);
      boolean isBeyond = keep > 0 && rank >= keep;
      boolean isOld = !keepFor.isZero() && manifest.getCreatedAt().plus(keepFor).isBefore(now);
      boolean isAwaited =
          slowestFollower.isPresent()
              && manifest.getSequence() > slowestFollower.getAsLong()
              && Verdicts.mayBeFollowed(manifest);
      if ((isBeyond || isOld) && !isAwaited && !needed.contains(manifest.getSequence())) {
        expired.add(manifest);
      }
    }
    Collections.reverse(expired);
    return List.copyOf(expired);
  }

  /** What the run would go on from, or back to: of the newest checkpoint's line alone. */
  private static Set<Long> needed(List<CheckpointManifest> manifests) {
    List<CheckpointManifest> line =
        Ancestors.ofNewest(manifests).stream().filter(manifest -> !manifest.getExpired()).toList();
    Set<Long> needed = new HashSet<>();
    line.stream()
        .skip(Math.max(0, line.size() - NEWEST))
        .forEach(manifest -> needed.add(manifest.getSequence()));
    Ancestors.lastAccepted(line).ifPresent(manifest -> needed.add(manifest.getSequence()));
    return needed;
  }
}
