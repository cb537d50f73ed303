package io.logitstream.systemtests.simulation.log;

import io.logitstream.schemas.topics.TopicSpecification;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's log, transactions and group offsets, in memory: what stands when a request has been
 * served. Networks and clients are around it.
 */
public final class SimulatedBroker {
  private final Map<String, Topic> topics = new TreeMap<>();
  private final Groups groups = new Groups(this);
  private final LongSupplier nowMs;
  private final Transactions transactions;
  private long nextProducerId = 1000;
  private long topicsMade;
  private long appended;

  /** A topic. */
  record Topic(String name, Uuid id, List<Partition> partitions, Map<String, String> settings) {}

  /**
   * @param nowMs the broker's clock
   */
  public SimulatedBroker(LongSupplier nowMs) {
    this.nowMs = nowMs;
    this.transactions = new Transactions(this);
  }

  /** Creates a topic. */
  public void create(TopicSpecification topic) {
    topics.put(
        topic.name(),
        new Topic(
            topic.name(),
            new Uuid(77, ++topicsMade),
            new ArrayList<>(
                IntStream.range(0, topic.partitions())
                    .mapToObj(i -> new Partition(() -> ++appended))
                    .toList()),
            topic.settings()));
  }

  long nowMs() {
    return nowMs.getAsLong();
  }

  Transactions transactions() {
    return transactions;
  }

  Map<String, Topic> topics() {
    return topics;
  }

  Topic topic(String name) {
    Topic topic = topics.get(name);
    if (topic == null) {
      throw new UnknownTopicOrPartitionException("there is no topic " + name);
    }
    return topic;
  }

  Partition partition(TopicPartition partition) {
    List<Partition> partitions = topic(partition.topic()).partitions();
    if (partition.partition() >= partitions.size()) {
      throw new UnknownTopicOrPartitionException("there is no partition " + partition);
    }
    return partitions.get(partition.partition());
  }

  /** The number of a topic's partitions. */
  public int partitions(String topic) {
    return topic(topic).partitions().size();
  }

  /** Everything that lies in a partition, markers and aborted records too. */
  public List<LogEntry> entries(String topic, int partition) {
    return List.copyOf(partition(new TopicPartition(topic, partition)).entries());
  }

  /** Everything that was ever appended to a partition, whatever became of it. */
  public List<LogEntry> journal(String topic, int partition) {
    return List.copyOf(partition(new TopicPartition(topic, partition)).journal());
  }

  /** The first offset of a partition. */
  public long start(String topic, int partition) {
    return partition(new TopicPartition(topic, partition)).start();
  }

  /** The end of a partition, uncommitted records included. */
  public long end(String topic, int partition) {
    return partition(new TopicPartition(topic, partition)).end();
  }

  /** The process that made itself the only one of a transactional id last; empty if none has. */
  public String owner(String transactionalId) {
    return transactions.owner(transactionalId);
  }

  /** Whether readers of committed records cannot reach the end of a topic. */
  public boolean hasOpenTransactions(String topic) {
    return topic(topic).partitions().stream()
        .anyMatch(partition -> partition.stableEnd() < partition.end());
  }

  /** Appends a committed record, as someone outside of the simulation does. */
  public long append(
      String topic, int partition, @Nullable String key, byte @Nullable [] value, Headers headers) {
    return partition(new TopicPartition(topic, partition))
        .append(nextProducerId++, 0, 0, false, key, value, headers, nowMs.getAsLong(), "outside");
  }

  /** A record of a transaction. */
  public record Write(String topic, int partition, @Nullable String key, byte @Nullable [] value) {}

  /** Writes a transaction at once, as a service outside of the simulation does. */
  public void write(String transactionalId, List<Write> writes, boolean commit) {
    Transactions.Identity identity = transactions.initialise(transactionalId, transactionalId);
    Map<TopicPartition, Integer> sequences = new HashMap<>();
    for (Write write : writes) {
      TopicPartition partition = new TopicPartition(write.topic(), write.partition());
      transactions.join(transactionalId, identity.epoch(), partition);
      partition(partition)
          .append(
              identity.producerId(),
              identity.epoch(),
              sequences.merge(partition, 1, Integer::sum) - 1,
              true,
              write.key(),
              write.value(),
              new RecordHeaders(),
              nowMs.getAsLong(),
              transactionalId);
    }
    transactions.end(transactionalId, identity.epoch(), commit, transactionalId);
  }

  /** Removes what lies before an offset. */
  public void deleteBefore(String topic, int partition, long offset) {
    partition(new TopicPartition(topic, partition)).deleteBefore(offset);
  }

  /** Compacts a partition below an offset. */
  public void compact(String topic, int partition, long below, long tombstonesBeforeMs) {
    partition(new TopicPartition(topic, partition)).compact(below, tombstonesBeforeMs);
  }

  long newProducerId() {
    return nextProducerId++;
  }

  /** The offsets that a group has committed. */
  public Map<TopicPartition, OffsetAndMetadata> committed(String group) {
    return groups.committed(group);
  }

  Groups groups() {
    return groups;
  }
}
