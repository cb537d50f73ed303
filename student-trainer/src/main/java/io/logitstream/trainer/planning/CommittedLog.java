package io.logitstream.trainer.planning;

import java.util.Optional;

/**
 * The committed records of a topic, fetched ahead: what the canonical order is planned from.
 *
 * @param <T> what a record was decoded to
 */
public interface CommittedLog<T> {
  /** Number of partitions. */
  int partitions();

  /**
   * The next record of a partition. Waits until it is known: a partition is idle only when its
   * position equals the broker's committed end, and no answer is no idleness.
   *
   * @return empty if the partition is idle, or if reading was ended
   * @throws io.logitstream.platform.LogitstreamException what ended the fetching
   */
  Optional<T> take(int partition) throws InterruptedException;
}
