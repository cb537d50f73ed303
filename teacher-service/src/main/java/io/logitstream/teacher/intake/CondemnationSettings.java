package io.logitstream.teacher.intake;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.platform.kafka.RecordPlace;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which prompts are given up, and when giving up ends the service.
 *
 * @param skips records of the prompts that an operator condemned
 * @param maxInARow the most records in a row that may go to the dead letters; 0 for no limit
 */
public record CondemnationSettings(Set<RecordPlace> skips, int maxInARow) {
  private static final Setting<List<String>> SKIP =
      Setting.list(
          "teacher.skip",
          List.of(),
          "Records of prompts that go to the dead letters unread, each PARTITION@OFFSET: for one"
              + " whose schema the registry will never know, or that kills the process.");
  private static final Setting<Integer> MAX_IN_A_ROW =
      Setting.integer(
          "teacher.max-dead-letters-in-a-row",
          1000,
          0,
          Integer.MAX_VALUE,
          "The most records in a row that may go to the dead letters; one more stops the teacher:"
              + " something is wrong with the pipeline, not with a record. 0 for no limit.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(SKIP, MAX_IN_A_ROW);

  public CondemnationSettings {
    skips = Set.copyOf(skips);
  }

  /**
   * Reads the settings.
   *
   * @throws ConfigurationException if a place is written otherwise
   */
  public static CondemnationSettings from(Configuration configuration) {
    try {
      return new CondemnationSettings(
          configuration.get(SKIP).stream().map(RecordPlace::parse).collect(Collectors.toSet()),
          configuration.get(MAX_IN_A_ROW));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException("%s has %s".formatted(SKIP, e.getMessage()));
    }
  }
}
