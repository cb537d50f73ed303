package io.logitstream.trainer.recovery;

import io.logitstream.checkpoints.ExpiryPolicy;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.time.Duration;
import java.util.List;

/**
 * When checkpoints are committed. None of it decides what is learned.
 *
 * @param everySteps steps between checkpoints
 * @param transactionTimeout how long a checkpoint's transaction may be open
 * @param expiry which checkpoints the run lets go
 * @param sweepEvery how long after a sweep the next one may follow
 */
public record CheckpointSettings(
    int everySteps, Duration transactionTimeout, ExpiryPolicy expiry, Duration sweepEvery) {
  private static final Setting<Integer> EVERY_STEPS =
      Setting.integer(
          "checkpoint.every-steps", 100, 1, Integer.MAX_VALUE, "Steps between checkpoints.");
  private static final Setting<Duration> TRANSACTION_TIMEOUT =
      Setting.duration(
          "checkpoint.transaction-timeout",
          "20s",
          "How long a checkpoint's transaction may be open; readers wait for it.");

  private static final Setting<Integer> KEEP =
      Setting.integer(
          "checkpoint.keep",
          0,
          0,
          Integer.MAX_VALUE,
          "How many of a run's newest checkpoints are kept; older ones expire. 0 for all. The two"
              + " newest, the last accepted one and those that a follower awaits are always kept.");
  private static final Setting<Duration> KEEP_FOR =
      Setting.duration(
          "checkpoint.keep-for",
          "0s",
          "How long checkpoints are kept; older ones expire, but for those that checkpoint.keep"
              + " names as always kept. 0s for ever.");
  private static final Setting<Duration> SWEEP_EVERY =
      Setting.duration(
          "checkpoint.sweep-every",
          "5m",
          "How long after looking for checkpoints that expire the trainer looks again, once the next"
              + " checkpoint is committed.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(EVERY_STEPS, TRANSACTION_TIMEOUT, KEEP, KEEP_FOR, SWEEP_EVERY);

  /** Reads the settings. */
  public static CheckpointSettings from(Configuration configuration) {
    return new CheckpointSettings(
        configuration.get(EVERY_STEPS),
        configuration.get(TRANSACTION_TIMEOUT),
        new ExpiryPolicy(configuration.get(KEEP), configuration.get(KEEP_FOR)),
        configuration.get(SWEEP_EVERY));
  }
}
