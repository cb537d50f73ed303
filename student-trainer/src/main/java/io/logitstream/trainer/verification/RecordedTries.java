package io.logitstream.trainer.verification;

import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.StepEntry;
import io.logitstream.trainer.training.StepBatch;
import java.util.List;

/**
 * Where the trainer tried to take a recorded step. Mostly that is at its end; where nothing was
 * left of what was tried, because the step had no finite result with any of it, the batch was
 * filled again, and the ledger has the records of all tries one after the other.
 */
final class RecordedTries {
  private RecordedTries() {}

  /**
   * Whether a try ended behind a record: it had all live records that a step has, and the older
   * ones that were found, of which there may be fewer than were drawn, or none.
   *
   * @param range index of the record's range
   * @param taken records of the range up to this one
   * @param batchRecords records of the try, those to train on
   * @param liveRecords of a step
   */
  static boolean isOver(StepEntry step, int range, int taken, int batchRecords, int liveRecords) {
    List<OffsetRange> ranges = step.getRanges();
    OffsetRange current = ranges.get(range);
    if (batchRecords == 0) {
      return false;
    }
    boolean isLast = taken == current.getCount();
    if (isLast && range + 1 == ranges.size()) {
      return true;
    }
    OffsetRange next = isLast ? ranges.get(range + 1) : current;
    return !isRehearsed(next) && (isRehearsed(current) || batchRecords >= liveRecords);
  }

  static boolean isRehearsed(OffsetRange range) {
    return range.getCursor().equals(StepBatch.REHEARSAL);
  }
}
