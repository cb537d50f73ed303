package io.logitstream.teacher.backpressure;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.time.Duration;
import java.util.List;

/**
 * When the teacher waits for those who read its logits.
 *
 * @param groups consumer groups whose positions count; none for no backpressure
 * @param maxLag records that a group may be behind, all partitions together
 * @param checkInterval time between two looks at the positions
 * @param ignoreAfter a group that is behind and has not moved for so long has stopped, and is
 *     ignored until it moves
 */
public record BackpressureSettings(
    List<String> groups, long maxLag, Duration checkInterval, Duration ignoreAfter) {
  private static final Setting<List<String>> GROUPS =
      Setting.list(
          "backpressure.groups",
          List.of(),
          "Consumer groups of teacher-logits that the teacher does not run away from; empty for no"
              + " backpressure.");
  private static final Setting<Long> MAX_LAG =
      Setting.whole(
          "backpressure.max-lag",
          5_000,
          1,
          Long.MAX_VALUE,
          "Records that the slowest of these groups may be behind before the teacher pauses.");
  private static final Setting<Duration> CHECK_INTERVAL =
      Setting.duration(
          "backpressure.check-interval", "1s", "Time between two looks at the groups' positions.");
  private static final Setting<Duration> IGNORE_AFTER =
      Setting.duration(
          "backpressure.ignore-after",
          "2m",
          "A group that is behind and has not moved for so long has stopped: it is reported, and"
              + " ignored until it moves.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(GROUPS, MAX_LAG, CHECK_INTERVAL, IGNORE_AFTER);

  public BackpressureSettings {
    groups = List.copyOf(groups);
  }

  /** Reads the settings. */
  public static BackpressureSettings from(Configuration configuration) {
    return new BackpressureSettings(
        configuration.get(GROUPS),
        configuration.get(MAX_LAG),
        configuration.get(CHECK_INTERVAL),
        configuration.get(IGNORE_AFTER));
  }
}
