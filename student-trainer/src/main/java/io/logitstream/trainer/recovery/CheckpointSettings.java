package io.logitstream.trainer.recovery;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.time.Duration;
import java.util.List;

/**
 * When checkpoints are committed. None of it decides what is learned.
 *
 * @param everySteps steps between checkpoints
 * @param transactionTimeout how long a checkpoint's transaction may be open
 */
public record CheckpointSettings(int everySteps, Duration transactionTimeout) {
  private static final Setting<Integer> EVERY_STEPS =
      Setting.integer(
          "checkpoint.every-steps", 100, 1, Integer.MAX_VALUE, "Steps between checkpoints.");
  private static final Setting<Duration> TRANSACTION_TIMEOUT =
      Setting.duration(
          "checkpoint.transaction-timeout",
          "20s",
          "How long a checkpoint's transaction may be open; readers wait for it.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(EVERY_STEPS, TRANSACTION_TIMEOUT);

  /** Reads the settings. */
  public static CheckpointSettings from(Configuration configuration) {
    return new CheckpointSettings(
        configuration.get(EVERY_STEPS), configuration.get(TRANSACTION_TIMEOUT));
  }
}
