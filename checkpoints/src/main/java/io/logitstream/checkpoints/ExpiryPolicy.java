package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;

/**
 * Which checkpoints a run lets go. Never those that someone needs: the two newest (from which the
 * run goes on, even if one of them is damaged), the last accepted one (to which a rollback
 * returns), and those that a follower has not been given yet.
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
    long lastAccepted =
        newestFirst.stream()
            .filter(manifest -> manifest.getVerdict() == Verdict.ACCEPTED)
            .mapToLong(CheckpointManifest::getSequence)
            .findFirst()
            .orElse(-1);
    List<CheckpointManifest> expired = new ArrayList<>();
    for (int rank = NEWEST; rank < newestFirst.size(); rank++) {
      CheckpointManifest manifest = newestFirst.get(rank);
      boolean isBeyond = keep > 0 && rank >= keep;
      boolean isOld = !keepFor.isZero() && manifest.getCreatedAt().plus(keepFor).isBefore(now);
      boolean isAwaited =
          slowestFollower.isPresent()
              && manifest.getSequence() > slowestFollower.getAsLong()
              && Verdicts.mayBeFollowed(manifest);
      if ((isBeyond || isOld) && !isAwaited && manifest.getSequence() != lastAccepted) {
        expired.add(manifest);
      }
    }
    Collections.reverse(expired);
    return List.copyOf(expired);
  }
}
