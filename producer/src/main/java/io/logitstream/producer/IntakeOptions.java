package io.logitstream.producer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.producer.intake.IntakeSettings;
import java.time.Duration;
import java.util.List;

/** In which transactions prompts leave, as it is written in a configuration. */
final class IntakeOptions {
  private static final Setting<Integer> TRANSACTION_PROMPTS =
      Setting.integer(
          "intake.transaction-prompts", 64, 1, 10_000, "Most prompts in one transaction.");
  private static final Setting<Duration> GATHER_TIME =
      Setting.duration(
          "intake.gather-time",
          "200ms",
          "How long a prompt waits for others of its transaction when the pace is slow.");
  private static final Setting<Duration> TRANSACTION_TIMEOUT =
      Setting.duration(
          "intake.transaction-timeout",
          "15s",
          "When the broker aborts a transaction that was left open, 1s to 15m. A killed producer"
              + " holds the readers of its last transaction back for so long.");
  private static final Setting<Boolean> START_TRACES =
      Setting.flag(
          "tracing.start",
          false,
          "Whether a prompt that comes without a W3C trace context gets one of its own, sampled. One"
              + " that comes with it keeps it in any case.");

  static final List<Setting<?>> SETTINGS =
      List.of(TRANSACTION_PROMPTS, GATHER_TIME, TRANSACTION_TIMEOUT, START_TRACES);

  private IntakeOptions() {}

  static IntakeSettings read(Configuration configuration) {
    return new IntakeSettings(
        configuration.get(TRANSACTION_PROMPTS),
        configuration.get(GATHER_TIME),
        configuration.get(TRANSACTION_TIMEOUT),
        configuration.get(START_TRACES));
  }
}
