package io.logitstream.trainer.training;

import io.logitstream.platform.lifecycle.Execution;
import java.time.Instant;

/** The time, as the trainer sees it. */
public interface TrainerClock {
  /** The time of day, for records that people read. */
  Instant now();

  /** Nanoseconds from any origin, never going back, for measuring. */
  long nanos();

  /** The clock of an execution. */
  static TrainerClock of(Execution execution) {
    return new TrainerClock() {
      @Override
      public Instant now() {
        return execution.now();
      }

      @Override
      public long nanos() {
        return execution.nanos();
      }
    };
  }
}
