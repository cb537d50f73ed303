package io.logitstream.trainer.training;

import java.time.Instant;

/** The time, as the trainer sees it. */
public interface TrainerClock {
  /** The time of day, for records that people read. */
  Instant now();

  /** Nanoseconds from any origin, never going back, for measuring. */
  long nanos();

  /** The machine's clock. */
  static TrainerClock system() {
    return new TrainerClock() {
      @Override
      public Instant now() {
        return Instant.now();
      }

      @Override
      public long nanos() {
        return System.nanoTime();
      }
    };
  }
}
