package io.logitstream.systemtests.simulation.log;

import io.logitstream.systemtests.simulation.schedule.Scheduler;
import io.logitstream.systemtests.simulation.schedule.SimulatedProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/**
 * A consumer of the simulated log, of partitions that are assigned by hand. How much a poll gives,
 * and of which partitions, is chance; now and then it gives nothing though there is something.
 */
class SimulatedConsumer implements Consumer<String, byte[]> {
  /** Of a partition of which nobody has said where to begin. */
  protected static final long UNKNOWN_POSITION = -1;

  private static final double EMPTY_POLLS = 0.1;
  private static final Node NODE = new Node(0, "simulated", 1);

  protected final Network network;
  protected final Scheduler scheduler;
  protected final SimulatedBroker broker;
  protected final SimulatedProcess process;
  protected final String group;
  protected final boolean committedOnly;
  private final int maxPollRecords;
  protected final long timeoutNanos;
  protected final Map<TopicPartition, Long> positions = new LinkedHashMap<>();
  private final Set<TopicPartition> paused = new LinkedHashSet<>();
  private boolean awake;
  private boolean closed;

  SimulatedConsumer(
      Network network,
      SimulatedBroker broker,
      SimulatedProcess process,
      Map<String, Object> config) {
    this.network = network;
    this.scheduler = network.scheduler();
    this.broker = broker;
    this.process = process;
    this.group = String.valueOf(config.getOrDefault("group.id", ""));
    this.committedOnly = "read_committed".equals(config.get("isolation.level"));
    this.maxPollRecords = Integer.parseInt(config.getOrDefault("max.poll.records", 500).toString());
    this.timeoutNanos = SimulatedProducer.nanos(config, "default.api.timeout.ms", 60_000);
  }

  static List<PartitionInfo> partitionInfos(SimulatedBroker broker, String topic) {
    return IntStream.range(0, broker.partitions(topic))
        .mapToObj(
            partition ->
                new PartitionInfo(topic, partition, NODE, new Node[] {NODE}, new Node[] {NODE}))
        .toList();
  }

  @Override
  public Set<TopicPartition> assignment() {
    return Set.copyOf(positions.keySet());
  }

  @Override
  public void assign(Collection<TopicPartition> partitions) {
    requireOpen();
    positions.keySet().retainAll(partitions);
    paused.clear();
    partitions.forEach(partition -> positions.putIfAbsent(partition, UNKNOWN_POSITION));
  }

  @Override
  public ConsumerRecords<String, byte[]> poll(Duration timeout) {
    requireOpen();
    scheduler.point("poll");
    long deadlineNanos = scheduler.nowNanos() + timeout.toNanos();
    boolean empty = network.isFaulty() || network.random().nextDouble() < EMPTY_POLLS;
    scheduler.await(() -> awake || hasNews() || (!empty && hasFetchable()), deadlineNanos);
    if (awake) {
      awake = false;
      throw new WakeupException();
    }
    if (empty) {
      return ConsumerRecords.empty();
    }
    checkRange();
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> fetched = fetch();
    return fetched.isEmpty() ? ConsumerRecords.empty() : new ConsumerRecords<>(fetched, Map.of());
  }

  /** Whether a poll has something else to do than to fetch. */
  boolean hasNews() {
    return false;
  }

  private List<TopicPartition> active() {
    return positions.keySet().stream().filter(partition -> !paused.contains(partition)).toList();
  }

  private boolean hasFetchable() {
    for (TopicPartition partition : active()) {
      Partition log = broker.partition(partition);
      long position = requireAssigned(partition);
      if (position < log.start() || position > log.end() || position < log.end(committedOnly)) {
        return true;
      }
    }
    return false;
  }

  private void checkRange() {
    Map<TopicPartition, Long> outside = new HashMap<>();
    for (TopicPartition partition : active()) {
      Partition log = broker.partition(partition);
      long position = requireAssigned(partition);
      if (position < log.start() || position > log.end()) {
        outside.put(partition, position);
      }
    }
    if (!outside.isEmpty()) {
      throw new OffsetOutOfRangeException(outside);
    }
  }

  private Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> fetch() {
    List<TopicPartition> order = new ArrayList<>(active());
    for (int i = order.size() - 1; i > 0; i--) {
      Collections.swap(order, i, network.random().nextInt(i + 1));
    }
    int left = 1 + network.random().nextInt(maxPollRecords);
    Map<TopicPartition, List<ConsumerRecord<String, byte[]>>> fetched = new LinkedHashMap<>();
    for (TopicPartition partition : order) {
      List<ConsumerRecord<String, byte[]>> records = fetch(partition, left);
      if (!records.isEmpty()) {
        fetched.put(partition, records);
        left -= records.size();
      }
      if (left == 0 || (!fetched.isEmpty() && network.random().nextInt(3) == 0)) {
        break;
      }
    }
    return fetched;
  }

  private List<ConsumerRecord<String, byte[]>> fetch(TopicPartition partition, int max) {
    Partition log = broker.partition(partition);
    long end = log.end(committedOnly);
    long position = requireAssigned(partition);
    List<ConsumerRecord<String, byte[]>> records = new ArrayList<>();
    List<LogEntry> entries = log.entries();
    int index = log.indexFrom(position);
    while (index < entries.size() && entries.get(index).offset() < end && records.size() < max) {
      LogEntry entry = entries.get(index++);
      if (entry.isRecordFor(committedOnly)) {
        records.add(record(partition, entry));
        position = entry.offset() + 1;
      }
    }
    if (records.size() < max) {
      // Past markers, aborted records and what compaction took: a poll may give nothing for it.
      position = Math.max(position, end);
    }
    positions.put(partition, position);
    return records;
  }

  private static ConsumerRecord<String, byte[]> record(TopicPartition partition, LogEntry entry) {
    byte[] value = entry.value();
    String key = entry.key();
    return new ConsumerRecord<>(
        partition.topic(),
        partition.partition(),
        entry.offset(),
        entry.timestampMs(),
        TimestampType.LOG_APPEND_TIME,
        key == null ? -1 : key.length(),
        value == null ? -1 : value.length,
        key,
        value,
        entry.headers(),
        Optional.of(0));
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
    requireOpen();
    network.request(
        "commitSync",
        timeoutNanos,
        () -> {
          broker.groups().commit(group, offsets);
          return offsets;
        });
  }

  @Override
  public void commitAsync(
      Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
    if (network.isFaulty()) {
      callback.onComplete(offsets, new TimeoutException("the commit was not answered"));
      return;
    }
    scheduler.after(network.latencyNanos(), () -> broker.groups().commit(group, offsets));
  }

  @Override
  public void seek(TopicPartition partition, long offset) {
    requireAssigned(partition);
    positions.put(partition, offset);
  }

  @Override
  public void seek(TopicPartition partition, OffsetAndMetadata offset) {
    seek(partition, offset.offset());
  }

  @Override
  public void seekToBeginning(Collection<TopicPartition> partitions) {
    partitions.forEach(partition -> seek(partition, broker.partition(partition).start()));
  }

  @Override
  public void seekToEnd(Collection<TopicPartition> partitions) {
    partitions.forEach(
        partition -> seek(partition, broker.partition(partition).end(committedOnly)));
  }

  @Override
  public long position(TopicPartition partition) {
    return requireAssigned(partition);
  }

  private long requireAssigned(TopicPartition partition) {
    requireOpen();
    Long position = positions.get(partition);
    if (position == null) {
      throw new IllegalStateException(partition + " is not assigned");
    }
    return position;
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
    requireOpen();
    return network.ask(
        "committed",
        timeoutNanos,
        () -> {
          Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
          partitions.forEach(
              partition -> committed.put(partition, broker.committed(group).get(partition)));
          return committed;
        });
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
    return beginningOffsets(partitions, Duration.ofNanos(timeoutNanos));
  }

  @Override
  public Map<TopicPartition, Long> beginningOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    requireOpen();
    return network.ask(
        "beginningOffsets",
        timeout.toNanos(),
        () -> {
          Map<TopicPartition, Long> offsets = new HashMap<>();
          partitions.forEach(
              partition -> offsets.put(partition, broker.partition(partition).start()));
          return offsets;
        });
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
    return endOffsets(partitions, Duration.ofNanos(timeoutNanos));
  }

  @Override
  public Map<TopicPartition, Long> endOffsets(
      Collection<TopicPartition> partitions, Duration timeout) {
    requireOpen();
    return network.ask(
        "endOffsets",
        timeout.toNanos(),
        () -> {
          Map<TopicPartition, Long> offsets = new HashMap<>();
          partitions.forEach(
              partition -> offsets.put(partition, broker.partition(partition).end(committedOnly)));
          return offsets;
        });
  }

  @Override
  public OptionalLong currentLag(TopicPartition partition) {
    return OptionalLong.of(
        Math.max(0, broker.partition(partition).end(committedOnly) - position(partition)));
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic) {
    return partitionsFor(topic, Duration.ofNanos(timeoutNanos));
  }

  @Override
  public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
    return network.ask("partitionsFor", timeout.toNanos(), () -> partitionInfos(broker, topic));
  }

  @Override
  public Set<TopicPartition> paused() {
    return Set.copyOf(paused);
  }

  @Override
  public void pause(Collection<TopicPartition> partitions) {
    paused.addAll(partitions);
  }

  @Override
  public void resume(Collection<TopicPartition> partitions) {
    paused.removeAll(partitions);
  }

  @Override
  public void wakeup() {
    awake = true;
  }

  @Override
  public void close() {
    closed = true;
  }

  final void requireOpen() {
    if (closed) {
      throw new IllegalStateException("This consumer has already been closed.");
    }
  }

  @Override
  @Deprecated
  public void close(Duration timeout) {
    close();
  }

  @Override
  public void close(CloseOptions options) {
    close();
  }

  @Override
  public ConsumerGroupMetadata groupMetadata() {
    throw unused();
  }

  @Override
  public Set<String> subscription() {
    return Set.of();
  }

  @Override
  public void subscribe(Collection<String> topics) {
    throw unused();
  }

  @Override
  public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
    throw unused();
  }

  @Override
  public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
    throw unused();
  }

  @Override
  public void subscribe(Pattern pattern) {
    throw unused();
  }

  @Override
  public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
    throw unused();
  }

  @Override
  public void subscribe(SubscriptionPattern pattern) {
    throw unused();
  }

  @Override
  public void unsubscribe() {
    throw unused();
  }

  @Override
  public void commitSync() {
    throw unused();
  }

  @Override
  public void commitSync(Duration timeout) {
    throw unused();
  }

  @Override
  public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
    throw unused();
  }

  @Override
  public void commitAsync() {
    throw unused();
  }

  @Override
  public void commitAsync(OffsetCommitCallback callback) {
    throw unused();
  }

  @Override
  public long position(TopicPartition partition, Duration timeout) {
    return position(partition);
  }

  @Override
  public Map<TopicPartition, OffsetAndMetadata> committed(
      Set<TopicPartition> partitions, Duration timeout) {
    return committed(partitions);
  }

  @Override
  public Map<String, List<PartitionInfo>> listTopics() {
    throw unused();
  }

  @Override
  public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
    throw unused();
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
    requireOpen();
    return network.ask(
        "offsetsForTimes",
        timeoutNanos,
        () -> {
          Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
          times.forEach((partition, timeMs) -> found.put(partition, since(partition, timeMs)));
          return found;
        });
  }

  private @Nullable OffsetAndTimestamp since(TopicPartition partition, long timeMs) {
    Partition log = broker.partition(partition);
    return log.entries().stream()
        .filter(entry -> entry.timestampMs() >= timeMs && entry.offset() < log.end(committedOnly))
        .findFirst()
        .map(entry -> new OffsetAndTimestamp(entry.offset(), entry.timestampMs()))
        .orElse(null);
  }

  @Override
  public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(
      Map<TopicPartition, Long> times, Duration timeout) {
    throw unused();
  }

  @Override
  public Map<MetricName, ? extends Metric> metrics() {
    return Map.of();
  }

  @Override
  public Uuid clientInstanceId(Duration timeout) {
    throw unused();
  }

  @Override
  public void registerMetricForSubscription(KafkaMetric metric) {
    throw unused();
  }

  @Override
  public void unregisterMetricFromSubscription(KafkaMetric metric) {
    throw unused();
  }

  @Override
  public void enforceRebalance() {
    throw unused();
  }

  @Override
  public void enforceRebalance(String reason) {
    throw unused();
  }

  private static UnsupportedOperationException unused() {
    return new UnsupportedOperationException("no simulated service asks for this");
  }
}
