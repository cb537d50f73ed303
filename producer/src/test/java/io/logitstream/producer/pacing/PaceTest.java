package io.logitstream.producer.pacing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 5_000_000_000L);

  @Test
  void promptsLeaveAtTheMeanRateAlsoWhenTheClockWrapsAround() {
    Pace pace = new Pace(4, nanos::get);
    assertThat(sentWithin(pace, Duration.ofSeconds(10))).isEqualTo(41);
  }

  @Test
  void aSlowRateLetsOnePromptGoAtOnceAndThenWaits() {
    Pace pace = new Pace(0.5, nanos::get);
    assertThat(pace.take()).isZero();
    assertThat(pace.take()).isEqualTo(Duration.ofSeconds(2));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(pace.take()).isEqualTo(Duration.ofSeconds(1));
    nanos.addAndGet(Duration.ofSeconds(1).toNanos());
    assertThat(pace.take()).isZero();
  }

  @Test
  void aLongPauseIsMadeUpForByNoMoreThanASecondsWorth() {
    Pace pace = new Pace(10, nanos::get);
    nanos.addAndGet(Duration.ofHours(1).toNanos());
    int sent = 0;
    while (pace.take().isZero()) {
      sent++;
    }
    assertThat(sent).isEqualTo(10);
  }

  @Test
  void noRateMeansNoWait() {
    Pace pace = new Pace(0, nanos::get);
    for (int i = 0; i < 1000; i++) {
      assertThat(pace.take()).isZero();
    }
  }

  @Test
  void aNegativeRateIsRefused() {
    assertThatThrownBy(() -> new Pace(-1, nanos::get)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Pace(Double.NaN, nanos::get))
        .isInstanceOf(IllegalArgumentException.class);
  }

  private int sentWithin(Pace pace, Duration duration) {
    long left = duration.toNanos();
    int sent = 0;
    while (true) {
      Duration wait = pace.take();
      if (wait.isZero()) {
        sent++;
      } else if (wait.toNanos() > left) {
        return sent;
      } else {
        left -= wait.toNanos();
        nanos.addAndGet(wait.toNanos());
      }
    }
  }
}
