package io.logitstream.teacher.coding;

/**
 * When priors are learned: early, then as the stream grows four times, then at a fixed interval.
 *
 * @param firstRecords records that the first prior is learned from
 * @param refreshRecords the most records between a prior and the next one
 */
public record PriorSchedule(int firstRecords, int refreshRecords) {
  private static final int GROWTH = 4;

  /**
   * Records after a prior until the next one is due.
   *
   * @param learnedRecords what that prior was learned from; 0 where there is none yet
   */
  public long recordsUntilNext(long learnedRecords) {
    long growth = Math.max(firstRecords, (GROWTH - 1) * learnedRecords);
    return Math.min(refreshRecords, learnedRecords == 0 ? firstRecords : growth);
  }
}
