package io.logitstream.trainer.training;

import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.ingest.Reading;
import io.logitstream.trainer.planning.CanonicalPlanner;
import java.time.Duration;
import java.util.Optional;

/**
 * Fills batches in canonical order. A batch is over when it has its full number of records, never
 * by the clock; only a training that ends with the log may end with a smaller one.
 */
public final class BatchFiller {
  /** What may find that filling is in vain. */
  @FunctionalInterface
  public interface Check {
    /** Throws what ends the training. */
    void run() throws InterruptedException;
  }

  private static final Duration IDLE_POLL = Duration.ofMillis(100);

  private final CanonicalPlanner<FetchedRecord<Reading>> planner;
  private final PartitionBuffers<FetchedRecord<Reading>> log;
  private final int batchRecords;
  private final Optional<Duration> endWhenIdle;
  private final TrainerClock clock;
  private long waitNanos;
  private boolean atEnd;

  /**
   * @param log what the planner plans from
   * @param batchRecords records to train on in each batch
   * @param endWhenIdle how long the log must have had nothing new for the training to end; empty if
   *     it does not end with the log
   */
  public BatchFiller(
      CanonicalPlanner<FetchedRecord<Reading>> planner,
      PartitionBuffers<FetchedRecord<Reading>> log,
      int batchRecords,
      Optional<Duration> endWhenIdle,
      TrainerClock clock) {
    this.planner = planner;
    this.log = log;
    this.batchRecords = batchRecords;
    this.endWhenIdle = endWhenIdle;
    this.clock = clock;
  }

  /** As {@link #fill(StepBatch, int, StopSignal, Check)}, to the full number of records. */
  public boolean fill(StepBatch batch, StopSignal stop, Check check) throws InterruptedException {
    return fill(batch, batchRecords, stop, check);
  }

  /**
   * Adds records until the batch is full; waits for those that are not there yet.
   *
   * @param records at which the batch is full
   * @param check called when a record was added, and now and then while there is none
   * @return whether the batch is to be trained on: false if a stop was asked for, or if the log has
   *     ended with nothing left to train on
   */
  public boolean fill(StepBatch batch, int records, StopSignal stop, Check check)
      throws InterruptedException {
    long startNanos = clock.nanos();
    try {
      long idleSinceNanos = startNanos;
      while (batch.size() < records && !atEnd) {
        if (stop.requested()) {
          return false;
        }
        Optional<FetchedRecord<Reading>> next = planner.next();
        if (next.isPresent()) {
          batch.add(next.get());
          check.run();
          idleSinceNanos = clock.nanos();
          continue;
        }
        // A log that was ended by a stop is not one that has nothing new.
        if (stop.requested()) {
          return false;
        }
        long idleNanos = clock.nanos() - idleSinceNanos;
        atEnd = endWhenIdle.isPresent() && idleNanos >= endWhenIdle.get().toNanos();
        if (!atEnd) {
          log.awaitRecord(IDLE_POLL);
          check.run();
        }
      }
      return batch.size() > 0;
    } finally {
      waitNanos += clock.nanos() - startNanos;
    }
  }

  /** Ends the turn with its step; the partition whose turn is next says where the order goes on. */
  public int endStep() {
    planner.endTurn();
    return planner.nextPartition();
  }

  /** Whether the log has ended for this training. */
  public boolean isAtEnd() {
    return atEnd;
  }

  /** Nanoseconds that filling has taken since the last call. */
  public long takeWaitNanos() {
    long taken = waitNanos;
    waitNanos = 0;
    return taken;
  }
}
