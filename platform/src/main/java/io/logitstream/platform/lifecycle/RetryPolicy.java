package io.logitstream.platform.lifecycle;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.kafka.KafkaFailures;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again what failed in a way that the environment may mend, with pauses that double up to a
 * limit.
 *
 * @param attempts how often it is tried in all, at least 1
 * @param firstPause pause after the first failure
 * @param longestPause limit of the pauses
 * @param jitter share of a pause that chance may take away, from 0 to 1: it keeps many processes
 *     from knocking together
 */
public record RetryPolicy(int attempts, Duration firstPause, Duration longestPause, double jitter) {
  private static final Logger LOGGER = LoggerFactory.getLogger(RetryPolicy.class);

  public RetryPolicy {
    if (attempts < 1) {
      throw new IllegalArgumentException("%d attempts, expected at least 1".formatted(attempts));
    }
    if (firstPause.isNegative() || longestPause.compareTo(firstPause) < 0) {
      throw new IllegalArgumentException(
          "pauses from %s to %s, expected 0 <= first <= longest"
              .formatted(firstPause, longestPause));
    }
    if (!(jitter >= 0 && jitter <= 1)) {
      throw new IllegalArgumentException("jitter %s, expected 0 to 1".formatted(jitter));
    }
  }

  /** About a minute in all: for surroundings that are just starting. */
  public static RetryPolicy atStart() {
    return new RetryPolicy(12, Duration.ofMillis(250), Duration.ofSeconds(10), 0.2);
  }

  /** Never gives up in practice; a stop does. For what pauses until the environment is mended. */
  public static RetryPolicy patient() {
    return new RetryPolicy(Integer.MAX_VALUE, Duration.ofMillis(250), Duration.ofSeconds(30), 0.2);
  }

  /**
   * The pause after a number of failures.
   *
   * @param failures failures so far, at least 1
   */
  public Duration pause(int failures, RandomGenerator random) {
    long longest = longestPause.toNanos();
    long doubled = firstPause.toNanos();
    for (int i = 1; i < failures && doubled < longest; i++) {
      doubled = doubled > longest / 2 ? longest : doubled * 2;
    }
    return Duration.ofNanos((long) (doubled * (1 - jitter * random.nextDouble())));
  }

  /**
   * The result of a call, tried again while it fails with {@link FailureKind#RETRYABLE}.
   *
   * @param what what is tried, for the log
   * @param pauses waits between the attempts
   * @throws StoppedException if a stop was asked for in a pause
   * @throws Exception the last failure, when it is of another kind or attempts are used up
   */
  public <T> T call(String what, Callable<T> call, Pauses pauses, RandomGenerator random)
      throws Exception {
    for (int failures = 1; ; failures++) {
      try {
        return call.call();
      } catch (Exception e) {
        if (failures >= attempts || KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
          throw e;
        }
        Duration pause = pause(failures, random);
        LOGGER.warn(
            "could not {}, trying again in {} ms: {}{}",
            what,
            pause.toMillis(),
            e.getMessage(),
            KafkaFailures.advice(e));
        if (pauses.pause(pause)) {
          throw new StoppedException("asked to stop before it was possible to " + what, e);
        }
      }
    }
  }

  /** Waits between attempts; {@link StopSignal#await} is one. */
  @FunctionalInterface
  public interface Pauses {
    /** Waits, and says whether to stop trying. */
    boolean pause(Duration duration) throws InterruptedException;
  }
}
