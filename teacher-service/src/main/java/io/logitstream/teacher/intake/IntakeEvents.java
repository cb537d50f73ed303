package io.logitstream.teacher.intake;

import io.logitstream.platform.health.PartitionStanding;
import java.util.List;
import java.util.Optional;

/** Hears of what an operator should know about the intake. Called on its thread. */
public interface IntakeEvents {
  /**
   * Partitions wait for their surroundings.
   *
   * @param why what is waited for, as people read it; empty once nothing is
   */
  void waiting(Optional<String> why);

  /** So many offsets were deleted before their prompts were read. */
  void lost(long offsets);

  /** So many offsets were cut off the log after their prompts had been scored. */
  void cut(long offsets);

  /** How far the partitions are that this member has now; told often. */
  void standing(List<PartitionStanding> partitions);
}
