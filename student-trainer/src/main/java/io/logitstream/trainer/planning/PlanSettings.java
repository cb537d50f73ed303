package io.logitstream.trainer.planning;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Map;

/**
 * How records become steps. All of it decides what is learned.
 *
 * @param stepRecords records that a step trains on
 * @param turnRecords records of a partition that are taken before the next partition's turn
 */
public record PlanSettings(int stepRecords, int turnRecords) {
  private static final Setting<Integer> STEP_RECORDS =
      Setting.integer(
          "train.step-records", 16, 1, 100_000, "Records that one optimizer step trains on.");
  private static final Setting<Integer> TURN_RECORDS =
      Setting.integer(
          "train.turn-records",
          4,
          1,
          100_000,
          "Records that are taken from a partition before it is the next partition's turn.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(STEP_RECORDS, TURN_RECORDS);

  public PlanSettings {
    if (stepRecords < 1 || turnRecords < 1) {
      throw new IllegalArgumentException(
          "%d records a step and %d a turn, expected at least 1"
              .formatted(stepRecords, turnRecords));
    }
  }

  /** Reads the settings. */
  public static PlanSettings from(Configuration configuration) {
    return new PlanSettings(configuration.get(STEP_RECORDS), configuration.get(TURN_RECORDS));
  }

  /** What the result depends on, by key. */
  public Map<String, String> identity() {
    return Map.of(
        STEP_RECORDS.name(), Integer.toString(stepRecords),
        TURN_RECORDS.name(), Integer.toString(turnRecords));
  }
}
