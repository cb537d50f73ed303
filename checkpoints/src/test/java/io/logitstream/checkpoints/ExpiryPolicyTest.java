package io.logitstream.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ExpiryPolicyTest {
  private static final Instant NOW = Instant.ofEpochSecond(1_000_000);
  private static final OptionalLong NO_FOLLOWER = OptionalLong.empty();

  @Test
  void withoutLimitsNothingExpires() {
    assertThat(new ExpiryPolicy(0, Duration.ZERO).keepsAll()).isTrue();
    assertThat(expired(0, Duration.ZERO, run(9), NO_FOLLOWER)).isEmpty();
  }

  @Test
  void theOldestBeyondTheNumberExpire() {
    assertThat(expired(3, Duration.ZERO, run(6), NO_FOLLOWER)).containsExactly(0L, 1L, 2L);
  }

  @Test
  void thoseThatAreTooOldExpire() {
    // Checkpoint n is n minutes old at the run's beginning: of 6, the oldest has 5 minutes.
    assertThat(expired(0, Duration.ofSeconds(150), run(6), NO_FOLLOWER))
        .containsExactly(0L, 1L, 2L);
  }

  @Test
  void theTwoNewestStayWhateverTheLimits() {
    assertThat(expired(1, Duration.ofMillis(1), run(4), NO_FOLLOWER)).containsExactly(0L, 1L);
  }

  @Test
  void theLastAcceptedOneStays() {
    List<CheckpointManifest> run = run(6);
    run.get(1).setVerdict(Verdict.ACCEPTED);
    for (int i = 2; i < 6; i++) {
      run.get(i).setVerdict(Verdict.REJECTED);
    }

    assertThat(expired(2, Duration.ZERO, run, NO_FOLLOWER)).containsExactly(0L, 2L, 3L);
  }

  @Test
  void aDamagedCheckpointThatWasGoneRoundIsNoRollbackTarget() {
    // 4 was accepted and damaged: a start went on from 3, and the next checkpoint is 5.
    List<CheckpointManifest> run = run(7);
    run.get(1).setVerdict(Verdict.ACCEPTED);
    run.get(4).setVerdict(Verdict.ACCEPTED);
    run.get(5).setParentSequence(3L);

    assertThat(expired(2, Duration.ZERO, run, NO_FOLLOWER)).containsExactly(0L, 2L, 3L, 4L);
  }

  @Test
  void theNewestTwoAreThoseOfTheLine() {
    List<CheckpointManifest> run = run(5);
    run.get(4).setParentSequence(2L);

    assertThat(expired(1, Duration.ZERO, run, NO_FOLLOWER)).containsExactly(0L, 1L, 3L);
  }

  @Test
  void whatAFollowerAwaitsStaysAndWhatItWillNeverBeGivenDoesNot() {
    List<CheckpointManifest> run = run(6);
    run.get(3).setVerdict(Verdict.REJECTED);

    assertThat(expired(2, Duration.ZERO, run, OptionalLong.of(1))).containsExactly(0L, 1L, 3L);
  }

  @Test
  void whatHasExpiredIsNotExpiredAgain() {
    List<CheckpointManifest> run = run(5);
    run.get(0).setExpired(true);

    assertThat(expired(2, Duration.ZERO, run, NO_FOLLOWER)).containsExactly(1L, 2L);
  }

  @Property(tries = 300)
  void whatIsNeededNeverExpires(
      @ForAll @Size(min = 1, max = 30) List<Verdict> verdicts,
      @ForAll @IntRange(max = 10) int keep,
      @ForAll @IntRange(max = 600) int keepForSeconds,
      @ForAll @IntRange(min = -1, max = 30) int follower) {
    List<CheckpointManifest> run = run(verdicts.size());
    for (int i = 0; i < verdicts.size(); i++) {
      run.get(i).setVerdict(verdicts.get(i));
    }

    List<Long> expired =
        expired(keep, Duration.ofSeconds(keepForSeconds), run, OptionalLong.of(follower));

    assertThat(expired).doesNotContain(verdicts.size() - 1L, verdicts.size() - 2L);
    assertThat(expired).doesNotContain((long) verdicts.lastIndexOf(Verdict.ACCEPTED));
    assertThat(expired)
        .allMatch(
            sequence ->
                sequence <= follower
                    || !Verdicts.mayBeFollowed(run.get(Math.toIntExact(sequence))));
    if (keep > 1 && follower == 30 && !verdicts.contains(Verdict.ACCEPTED)) {
      assertThat(verdicts.size() - expired.size()).isLessThanOrEqualTo(keep);
    }
  }

  private static List<Long> expired(
      int keep, Duration keepFor, List<CheckpointManifest> run, OptionalLong follower) {
    return new ExpiryPolicy(keep, keepFor)
        .expired(run, NOW, follower).stream().map(CheckpointManifest::getSequence).toList();
  }

  private static List<CheckpointManifest> run(int checkpoints) {
    CheckpointManifest[] run = new CheckpointManifest[checkpoints];
    Arrays.setAll(
        run,
        sequence ->
            Manifests.of("run", sequence, List.of())
                .setCreatedAt(NOW.minus(Duration.ofMinutes(checkpoints - 1L - sequence)))
                .build());
    return new ArrayList<>(List.of(run));
  }
}
