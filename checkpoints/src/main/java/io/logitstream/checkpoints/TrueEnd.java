package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.lifecycle.Execution;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/**
 * The end of a partition that uncommitted readers saw. Someone else's open transaction hides
 * committed records behind it: who wants all of them reads on until it meets this end. For one
 * thread.
 */
final class TrueEnd {
  /** A little more than the longest that a broker lets a transaction be open. */
  private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(16);

  private final TopicPartition partition;
  private final long offset;
  private final Execution execution;
  private long reached = -1;
  private long progressNanos;

  private TrueEnd(TopicPartition partition, long offset, Execution execution) {
    this.partition = partition;
    this.offset = offset;
    this.execution = execution;
  }

  /** The ends that partitions have now, in the partitions' order. */
  static List<TrueEnd> now(KafkaClients clients, List<TopicPartition> partitions) {
    Map<TopicPartition, Long> ends = clients.uncommittedEnds(partitions);
    return partitions.stream()
        .map(
            partition ->
                new TrueEnd(partition, ends.getOrDefault(partition, 0L), clients.execution()))
        .toList();
  }

  TopicPartition partition() {
    return partition;
  }

  /**
   * Whether a reader has met it. To be asked after each read.
   *
   * @param position the reader's next offset
   * @throws LogitstreamException RETRYABLE if the reader has stood for longer than a transaction
   *     can be open
   */
  boolean isReachedBy(long position) {
    if (position >= offset) {
      return true;
    }
    if (position > reached) {
      reached = position;
      progressNanos = execution.nanos();
    } else if (execution.nanos() - progressNanos > LONGEST_TRANSACTION.toNanos()) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "%s stands at %d and should reach %d: a transaction has been open for %d minutes"
              .formatted(partition, position, offset, LONGEST_TRANSACTION.toMinutes()));
    }
    return false;
  }
}
