package io.logitstream.platform.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {
  private static final RetryPolicy POLICY =
      new RetryPolicy(5, Duration.ofMillis(100), Duration.ofMillis(300), 0);

  private final SplittableRandom random = new SplittableRandom(1);
  private final List<Duration> pauses = new ArrayList<>();
  private final AtomicInteger calls = new AtomicInteger();

  @Test
  void pausesDoubleUpToTheLongest() {
    assertThat(List.of(POLICY.pause(1, random), POLICY.pause(2, random), POLICY.pause(3, random)))
        .containsExactly(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(300));
    assertThat(POLICY.pause(Integer.MAX_VALUE, random)).isEqualTo(Duration.ofMillis(300));
  }

  @Test
  void jitterOnlyShortens() {
    RetryPolicy jittered = new RetryPolicy(2, Duration.ofMillis(100), Duration.ofMillis(100), 0.5);
    for (int i = 0; i < 1000; i++) {
      assertThat(jittered.pause(1, random))
          .isBetween(Duration.ofMillis(50), Duration.ofMillis(100));
    }
  }

  @Test
  void whatMayMendIsTriedAgain() throws Exception {
    String result =
        POLICY.call(
            "ask",
            () -> {
              if (calls.incrementAndGet() < 3) {
                throw new TimeoutException("not yet");
              }
              return "answer";
            },
            this::pause,
            random);

    assertThat(result).isEqualTo("answer");
    assertThat(pauses).containsExactly(Duration.ofMillis(100), Duration.ofMillis(200));
  }

  @Test
  void whatWillNotMendIsNotTriedAgain() {
    for (FailureKind kind :
        List.of(
            FailureKind.POISON, FailureKind.FATAL, FailureKind.FENCED, FailureKind.CONFIGURATION)) {
      calls.set(0);
      assertThatThrownBy(() -> POLICY.call("ask", () -> fail(kind), this::pause, random))
          .isInstanceOf(LogitstreamException.class);
      assertThat(calls).as("%s", kind).hasValue(1);
    }
    assertThat(pauses).isEmpty();
  }

  @Test
  void attemptsAreBounded() {
    assertThatThrownBy(
            () -> POLICY.call("ask", () -> fail(FailureKind.RETRYABLE), this::pause, random))
        .hasMessage("RETRYABLE");
    assertThat(calls).hasValue(5);
  }

  @Test
  void aStopCutsTheTryingShort() {
    StopSignal stop = new StopSignal();
    stop.request();

    assertThatThrownBy(
            () -> POLICY.call("ask", () -> fail(FailureKind.RETRYABLE), stop::await, random))
        .isInstanceOf(StoppedException.class)
        .hasMessageContaining("asked to stop before it was possible to ask");
    assertThat(calls).hasValue(1);
  }

  private boolean pause(Duration pause) {
    pauses.add(pause);
    return false;
  }

  private String fail(FailureKind kind) {
    calls.incrementAndGet();
    throw new LogitstreamException(kind, kind.name());
  }
}
