package io.logitstream.producer.pacing;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * A token bucket: prompts leave at a mean rate, and after a pause at most a second's worth at once.
 * For one thread.
 */
public final class Pace {
  private static final double NANOS_PER_SECOND = 1e9;

  private final double promptsPerSecond;
  private final double tokensMax;
  private final LongSupplier nanoTime;
  private double tokens = 1;
  private long filledAt;

  /**
   * @param promptsPerSecond mean rate; 0 for as fast as it goes
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  public Pace(double promptsPerSecond, LongSupplier nanoTime) {
    if (!(promptsPerSecond >= 0) || Double.isInfinite(promptsPerSecond)) {
      throw new IllegalArgumentException(
          "%s prompts per second, expected 0 or more".formatted(promptsPerSecond));
    }
    this.promptsPerSecond = promptsPerSecond;
    this.tokensMax = Math.max(1, promptsPerSecond);
    this.nanoTime = nanoTime;
    this.filledAt = nanoTime.getAsLong();
  }

  /**
   * Takes the right to send one prompt, if it is there.
   *
   * @return zero if it was taken; else how long to wait before asking again
   */
  public Duration take() {
    if (promptsPerSecond == 0) {
      return Duration.ZERO;
    }
    long now = nanoTime.getAsLong();
    tokens = Math.min(tokensMax, tokens + (now - filledAt) * (promptsPerSecond / NANOS_PER_SECOND));
    filledAt = now;
    if (tokens >= 1) {
      tokens -= 1;
      return Duration.ZERO;
    }
    double nanos = Math.ceil((1 - tokens) / promptsPerSecond * NANOS_PER_SECOND);
    return Duration.ofNanos(Math.max(1, (long) nanos));
  }
}
