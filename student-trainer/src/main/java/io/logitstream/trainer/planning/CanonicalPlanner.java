package io.logitstream.trainer.planning;

import java.util.Optional;

/**
 * The canonical order: partitions in turn, a fixed number of records each; a partition is passed
 * over only when it is idle. Over a filled topic the order is a function of the log alone, whatever
 * the fetches were. A step ends the turn, so that the next partition alone says where the order
 * goes on. For one thread.
 *
 * @param <T> what a record was decoded to
 */
public final class CanonicalPlanner<T> {
  private final CommittedLog<T> log;
  private final int turnRecords;
  private int partition;
  private int taken;

  /**
   * @param turnRecords records of a partition before it is the next partition's turn
   * @param nextPartition the partition whose turn it is
   */
  public CanonicalPlanner(CommittedLog<T> log, int turnRecords, int nextPartition) {
    if (nextPartition < 0 || nextPartition >= log.partitions()) {
      throw new IllegalArgumentException(
          "it is the turn of partition %d of %d".formatted(nextPartition, log.partitions()));
    }
    this.log = log;
    this.turnRecords = turnRecords;
    this.partition = nextPartition;
  }

  /**
   * The next record; waits until it is known which it is.
   *
   * @return empty if all partitions are idle, or if reading was ended
   */
  public Optional<T> next() throws InterruptedException {
    for (int passed = 0; passed < log.partitions(); passed++) {
      Optional<T> record = log.take(partition);
      if (record.isPresent()) {
        taken++;
        if (taken == turnRecords) {
          nextTurn();
        }
        return record;
      }
      nextTurn();
    }
    return Optional.empty();
  }

  /** Ends the turn, if one has begun: a step is over. */
  public void endTurn() {
    if (taken > 0) {
      nextTurn();
    }
  }

  /** The partition whose turn it is. */
  public int nextPartition() {
    return partition;
  }

  private void nextTurn() {
    partition = (partition + 1) % log.partitions();
    taken = 0;
  }
}
