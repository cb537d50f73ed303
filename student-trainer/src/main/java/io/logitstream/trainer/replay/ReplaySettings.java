package io.logitstream.trainer.replay;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Where a new run begins and ends.
 *
 * @param from the checkpoint of another run whose weights, moments and positions it begins with
 * @param fromOffsets where it begins to read, by partition, elsewhere at the log's first record;
 *     empty with a checkpoint, which has positions
 * @param untilOffsets the offsets, by partition, from which on nothing is read
 */
public record ReplaySettings(
    Optional<CheckpointId> from, Map<Integer, Long> fromOffsets, Map<Integer, Long> untilOffsets) {
  private static final Setting<String> FROM_CHECKPOINT =
      Setting.text(
          "train.from-checkpoint",
          "",
          "RUN/SEQUENCE of another run: a new run begins with its weights, moments and positions"
              + " instead of student.model. Empty for none.");
  private static final Setting<List<String>> FROM =
      Setting.list(
          "train.from",
          List.of(),
          "Where a new run begins to read teacher-logits, PARTITION@OFFSET each; other partitions at"
              + " their first record.");
  private static final Setting<List<String>> UNTIL =
      Setting.list(
          "train.until",
          List.of(),
          "Where reading ends, PARTITION@OFFSET each: that offset and those after it are not read.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS = List.of(FROM_CHECKPOINT, FROM, UNTIL);

  public ReplaySettings {
    fromOffsets = Collections.unmodifiableMap(new TreeMap<>(fromOffsets));
    untilOffsets = Collections.unmodifiableMap(new TreeMap<>(untilOffsets));
    if (from.isPresent() && !fromOffsets.isEmpty()) {
      throw new ConfigurationException(
          "%s is %s, which has positions, and %s is %s: leave one out"
              .formatted(
                  FROM_CHECKPOINT.name(), from.get(), FROM.name(), Offsets.text(fromOffsets)));
    }
  }

  /** Reads the settings. */
  public static ReplaySettings from(Configuration configuration) {
    return new ReplaySettings(
        checkpoint(configuration.get(FROM_CHECKPOINT)),
        Offsets.parse(FROM.name(), configuration.get(FROM)),
        Offsets.parse(UNTIL.name(), configuration.get(UNTIL)));
  }

  private static Optional<CheckpointId> checkpoint(String text) {
    if (text.isBlank()) {
      return Optional.empty();
    }
    try {
      return Optional.of(CheckpointId.parse(text));
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(FROM_CHECKPOINT.name() + ": " + e.getMessage());
    }
  }
}
