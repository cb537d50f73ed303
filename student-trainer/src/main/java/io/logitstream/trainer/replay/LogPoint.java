package io.logitstream.trainer.replay;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.config.ConfigurationException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** A point of the log as people name it. */
public sealed interface LogPoint {
  /** Where a checkpoint stands. */
  record Checkpoint(String id) implements LogPoint {}

  /** The first record that the log took at a time or later. */
  record Time(Instant time) implements LogPoint {}

  /** Offsets of partitions. */
  record At(Map<Integer, Long> offsets) implements LogPoint {
    public At {
      offsets = Map.copyOf(offsets);
    }
  }

  /** The first record that the log still holds. */
  record Earliest() implements LogPoint {}

  /** The end of the log as it is now. */
  record Now() implements LogPoint {}

  /** No end: reading goes on with what comes. */
  record Live() implements LogPoint {}

  /**
   * Reads a point: RUN/SEQUENCE, RUN/latest, a time such as 2026-11-25T18:00:00Z, PARTITION@OFFSET
   * separated by commas, earliest, now or live.
   *
   * @param option what it is the value of, for the message
   * @throws ConfigurationException if it is none of them
   */
  static LogPoint parse(String option, String text) {
    switch (text) {
      case "earliest" -> {
        return new Earliest();
      }
      case "now" -> {
        return new Now();
      }
      case "live" -> {
        return new Live();
      }
      default -> {
        // A value of its own, below.
      }
    }
    if (text.contains("@")) {
      return new At(Offsets.parse(option, List.of(text.split(",", -1))));
    }
    if (text.matches("[^/]+/(latest|[0-9]{1,18})")) {
      return new Checkpoint(text.endsWith("/latest") ? text : CheckpointId.parse(text).toString());
    }
    try {
      return new Time(Instant.parse(text));
    } catch (DateTimeException e) {
      throw new ConfigurationException(
          "%s is '%s', expected RUN/SEQUENCE, a time such as 2026-11-25T18:00:00Z, or offsets such as 0@1200,1@1180"
              .formatted(option, text));
    }
  }
}
