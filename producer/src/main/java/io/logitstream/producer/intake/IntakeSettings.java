package io.logitstream.producer.intake;

import java.time.Duration;

/**
 * How prompts are put into transactions.
 *
 * @param transactionPrompts most prompts of a transaction
 * @param gatherTime how long prompts wait for others of their transaction
 * @param transactionTimeout after which the broker aborts a transaction: a killed producer's last
 *     one holds readers back for so long
 * @param startTraces whether a prompt that comes without a trace context begins a trace
 */
public record IntakeSettings(
    int transactionPrompts, Duration gatherTime, Duration transactionTimeout, boolean startTraces) {
  private static final Duration TIMEOUT_MAX = Duration.ofMinutes(15);

  /** Checks the bounds. */
  public IntakeSettings {
    if (transactionPrompts < 1) {
      throw new IllegalArgumentException(
          "%d prompts in a transaction, expected at least 1".formatted(transactionPrompts));
    }
    if (gatherTime.isNegative()
        || transactionTimeout.compareTo(Duration.ofSeconds(1)) < 0
        || transactionTimeout.compareTo(TIMEOUT_MAX) > 0) {
      throw new IllegalArgumentException(
          "gather time %s and transaction timeout %s, expected at least 0 and 1 s to 15 min"
              .formatted(gatherTime, transactionTimeout));
    }
  }
}
