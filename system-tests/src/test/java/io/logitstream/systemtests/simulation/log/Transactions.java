package io.logitstream.systemtests.simulation.log;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.jspecify.annotations.Nullable;

/**
 * The coordinator of transactions. As in Kafka's version 2 of them, the end of a transaction raises
 * the epoch, so that what was delayed in the network belongs to none.
 */
final class Transactions {
  private final SimulatedBroker broker;
  private final Map<String, Transaction> byId = new HashMap<>();

  /** How the last transaction of a producer ended. */
  private enum Ending {
    NONE,
    COMMITTED,
    ABORTED,
    EXPIRED
  }

  /** What a producer is given. */
  record Identity(long producerId, int epoch) {}

  private static final class Transaction {
    private final long producerId;
    private final Set<TopicPartition> partitions = new LinkedHashSet<>();
    private final Map<String, Map<TopicPartition, OffsetAndMetadata>> offsets = new HashMap<>();
    private int epoch;
    private boolean open;
    private long number;
    private Ending last = Ending.NONE;
    private String owner = "";

    /** The epoch that ended a transaction last, and that may ask again. */
    private int endedBy = -1;

    Transaction(long producerId) {
      this.producerId = producerId;
    }
  }

  Transactions(SimulatedBroker broker) {
    this.broker = broker;
  }

  /** Makes a producer the only one of a transactional id; ends what the last one left open. */
  Identity initialise(String transactionalId, String writer) {
    Transaction transaction =
        byId.computeIfAbsent(transactionalId, id -> new Transaction(broker.newProducerId()));
    if (transaction.open) {
      end(transaction, false, "coordinator");
      transaction.last = Ending.NONE;
    }
    transaction.epoch++;
    transaction.owner = writer;
    transaction.endedBy = -1;
    return new Identity(transaction.producerId, transaction.epoch);
  }

  /** The process that made itself the only one of a transactional id last; empty if none has. */
  String owner(String transactionalId) {
    Transaction transaction = byId.get(transactionalId);
    return transaction == null ? "" : transaction.owner;
  }

  /**
   * Says that a transaction writes to a partition.
   *
   * @return its number, if it begins with that
   */
  @Nullable Long join(String transactionalId, int epoch, TopicPartition partition) {
    Transaction transaction = current(transactionalId, epoch);
    transaction.partitions.add(partition);
    if (transaction.open) {
      return null;
    }
    transaction.open = true;
    return ++transaction.number;
  }

  /**
   * Says that a transaction will have offsets of a group.
   *
   * @return its number, if it begins with that
   */
  @Nullable Long joinOffsets(String transactionalId, int epoch) {
    Transaction transaction = current(transactionalId, epoch);
    if (transaction.open) {
      return null;
    }
    transaction.open = true;
    return ++transaction.number;
  }

  /** Adds the offsets of a group to a transaction that has been told of them. */
  void addOffsets(
      String transactionalId,
      int epoch,
      String group,
      Map<TopicPartition, OffsetAndMetadata> offsets) {
    current(transactionalId, epoch)
        .offsets
        .computeIfAbsent(group, name -> new HashMap<>())
        .putAll(offsets);
  }

  /** Whether an open transaction has offsets of partitions for a group. */
  boolean hasOffsets(String group, Set<TopicPartition> partitions) {
    return byId.values().stream()
        .map(transaction -> transaction.offsets.getOrDefault(group, Map.of()))
        .anyMatch(offsets -> offsets.keySet().stream().anyMatch(partitions::contains));
  }

  private Transaction current(String transactionalId, int epoch) {
    Transaction transaction = byId.get(transactionalId);
    if (transaction == null || transaction.epoch != epoch) {
      throw new InvalidProducerEpochException(
          "epoch %d of %s is not the last one".formatted(epoch, transactionalId));
    }
    return transaction;
  }

  /**
   * Ends a transaction; asked again, it answers as before.
   *
   * @return the epoch from now on
   */
  int end(String transactionalId, int epoch, boolean commit, String writer) {
    Transaction transaction = byId.get(transactionalId);
    if (transaction == null) {
      throw new ProducerFencedException("nobody knows " + transactionalId);
    }
    if (transaction.epoch == epoch && transaction.open) {
      end(transaction, commit, writer);
      transaction.last = commit ? Ending.COMMITTED : Ending.ABORTED;
      transaction.endedBy = epoch;
      return transaction.epoch;
    }
    if (transaction.endedBy == epoch && transaction.epoch == epoch + 1) {
      boolean wasCommitted = transaction.last == Ending.COMMITTED;
      if (wasCommitted == commit) {
        return transaction.epoch;
      }
      throw new InvalidTxnStateException(
          "the transaction of %s was %s".formatted(transactionalId, transaction.last));
    }
    if (transaction.epoch == epoch && !commit) {
      // Nothing of it arrived: there is nothing to abort but what is still on its way.
      end(transaction, false, writer);
      transaction.last = Ending.ABORTED;
      transaction.endedBy = epoch;
      return transaction.epoch;
    }
    if (transaction.epoch == epoch) {
      throw new InvalidTxnStateException("%s has no open transaction".formatted(transactionalId));
    }
    throw new ProducerFencedException(
        "epoch %d of %s is not the last one, %d"
            .formatted(epoch, transactionalId, transaction.epoch));
  }

  /** Aborts a transaction that has been open for too long, if it still is. */
  void expire(String transactionalId, long number) {
    Transaction transaction = byId.get(transactionalId);
    if (transaction != null && transaction.open && transaction.number == number) {
      int before = transaction.epoch;
      end(transaction, false, "coordinator");
      transaction.last = Ending.EXPIRED;
      transaction.endedBy = before;
    }
  }

  private void end(Transaction transaction, boolean commit, String writer) {
    transaction.open = false;
    transaction.epoch++;
    for (TopicPartition partition : transaction.partitions) {
      broker
          .partition(partition)
          .end(transaction.producerId, transaction.epoch, commit, broker.nowMs(), writer);
    }
    if (commit) {
      transaction.offsets.forEach(broker.groups()::commit);
    }
    transaction.partitions.clear();
    transaction.offsets.clear();
  }
}
