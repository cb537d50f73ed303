package io.logitstream.platform.kafka;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** Waits for Kafka's answers, a bounded time, and says what failed. */
public final class Futures {
  private static final long TIMEOUT_SECONDS = 60;

  private Futures() {}

  /**
   * The answer.
   *
   * @param what what was asked, for the message: "create topic prompts"
   * @throws LogitstreamException with the kind of the failure; its cause is the client's exception
   */
  public static <T> T await(@Nullable Future<T> future, String what) {
    if (future == null) {
      throw new LogitstreamException(FailureKind.FATAL, "no answer to: " + what);
    }
    try {
      return future.get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new LogitstreamException(
          KafkaFailures.kindOf(cause), "could not %s: %s".formatted(what, describe(cause)), cause);
    } catch (TimeoutException e) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "could not %s: no answer within %d s".formatted(what, TIMEOUT_SECONDS),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new LogitstreamException(
          FailureKind.RETRYABLE, "interrupted while waiting to " + what, e);
    }
  }

  private static String describe(Throwable failure) {
    return failure instanceof org.apache.kafka.common.errors.TimeoutException
        ? "Kafka did not answer (%s)".formatted(failure.getMessage())
        : failure.toString();
  }
}
