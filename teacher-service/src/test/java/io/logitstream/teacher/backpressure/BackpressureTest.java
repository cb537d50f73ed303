package io.logitstream.teacher.backpressure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.teacher.backpressure.GroupPositions.Standing;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class BackpressureTest {
  private final Map<String, Standing> standings = new HashMap<>();
  private @Nullable FailureKind failure;
  // It may begin anywhere, and wrap round.
  private long nowNanos = Long.MAX_VALUE - 1;
  private int looks;
  private final Backpressure backpressure =
      new Backpressure(
          new BackpressureSettings(
              List.of("fast", "slow"), 100, Duration.ofSeconds(1), Duration.ofMinutes(1)),
          this::read,
          () -> nowNanos);

  @Test
  void theSlowestGroupCounts() {
    stand("fast", 500, 0);
    stand("slow", 400, 100);
    assertThat(after(1).holdsBack()).isFalse();
    stand("slow", 400, 101);
    assertThat(after(1).holdsBack()).isTrue();
    stand("slow", 450, 51);
    assertThat(after(1).holdsBack()).isFalse();
  }

  @Test
  void aGroupThatIsBehindAndDoesNotMoveIsIgnoredUntilItMoves() {
    stand("slow", 10, 500);
    assertThat(after(1).holdsBack()).isTrue();
    assertThat(after(59).holdsBack()).isTrue();
    assertThat(after(1).holdsBack()).isFalse();
    assertThat(backpressure.stoppedGroups()).containsExactly("slow");
    stand("slow", 11, 600);
    assertThat(after(1).holdsBack()).isTrue();
    assertThat(backpressure.stoppedGroups()).isEmpty();
  }

  @Test
  void aGroupThatHadNothingToReadHasItsTimeFromWhenItFallsBehind() {
    stand("slow", 10, 0);
    assertThat(after(1).holdsBack()).isFalse();
    assertThat(after(3600).holdsBack()).isFalse();
    stand("slow", 10, 500);
    assertThat(after(1).holdsBack()).isTrue();
    assertThat(after(30).holdsBack()).isTrue();
  }

  @Test
  void positionsAreLookedAtNoMoreOftenThanAllowed() {
    stand("slow", 10, 500);
    assertThat(backpressure.holdsBack()).isTrue();
    stand("slow", 510, 0);
    assertThat(backpressure.holdsBack()).isTrue();
    assertThat(looks).isEqualTo(1);
    assertThat(after(1).holdsBack()).isFalse();
  }

  @Test
  void theVerdictStaysWhileTheBrokerDoesNotAnswer() {
    stand("slow", 10, 500);
    assertThat(after(1).holdsBack()).isTrue();
    failure = FailureKind.RETRYABLE;
    assertThat(after(1).holdsBack()).isTrue();
    failure = FailureKind.CONFIGURATION;
    assertThatThrownBy(() -> after(1).holdsBack()).isInstanceOf(LogitstreamException.class);
  }

  private Backpressure after(int seconds) {
    nowNanos += Duration.ofSeconds(seconds).toNanos();
    return backpressure;
  }

  private void stand(String group, long position, long lag) {
    standings.put(group, new Standing(position, lag));
  }

  private Map<String, Standing> read(List<String> groups) {
    looks++;
    if (failure != null) {
      throw new LogitstreamException(failure, "no answer");
    }
    return standings;
  }
}
