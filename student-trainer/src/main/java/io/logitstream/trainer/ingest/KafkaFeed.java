package io.logitstream.trainer.ingest;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.health.PartitionStanding;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.platform.tracing.LoggedRecord;
import io.logitstream.schemas.PartitionPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches and decodes ahead on a thread of its own, from positions that are assigned by hand, into
 * {@link PartitionBuffers}. What the environment may mend stops the fetching, not the trainer,
 * until it is mended.
 *
 * @param <T> what records are decoded to
 */
public final class KafkaFeed<T> implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(KafkaFeed.class);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration END_OFFSETS = Duration.ofSeconds(5);
  private static final long GROWTH_NANOS = Duration.ofSeconds(5).toNanos();
  private static final long COMMIT_NANOS = Duration.ofSeconds(1).toNanos();
  private static final Duration LONGEST_CLOSE = Duration.ofSeconds(10);

  private final String name;
  private final Consumer<String, byte[]> consumer;
  private final List<TopicPartition> partitions;
  private final Map<Integer, Long> until;
  private final PartitionBuffers<FetchedRecord<T>> buffers;
  private final RecordDecoder<T> decoder;
  private final Health health;
  private final Execution execution;
  private final StopSignal closing;
  private final ExecutorService thread;
  private final RandomGenerator random;
  private volatile Map<TopicPartition, OffsetAndMetadata> toCommit = Map.of();
  private volatile OptionalLong lag = OptionalLong.empty();
  private volatile Map<Integer, Long> ends = Map.of();
  private volatile boolean grown;
  private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();
  private long committedNanos;
  private long growthNanos;

  private KafkaFeed(
      String name,
      Consumer<String, byte[]> consumer,
      List<TopicPartition> partitions,
      Map<Integer, Long> until,
      PartitionBuffers<FetchedRecord<T>> buffers,
      RecordDecoder<T> decoder,
      Health health,
      Execution execution) {
    this.name = name;
    this.until = Map.copyOf(until);
    this.consumer = consumer;
    this.partitions = partitions;
    this.buffers = buffers;
    this.decoder = decoder;
    this.health = health;
    this.execution = execution;
    this.closing = new StopSignal(execution);
    this.thread = execution.newThread(name);
    this.random = execution.random();
    this.committedNanos = execution.nanos();
    this.growthNanos = execution.nanos();
  }

  /**
   * Starts fetching, with no end.
   *
   * @see #start(String, Consumer, String, List, Map, PartitionBuffers, RecordDecoder, Health,
   *     Execution)
   */
  public static <T> KafkaFeed<T> start(
      String name,
      Consumer<String, byte[]> consumer,
      String topic,
      List<PartitionPosition> positions,
      PartitionBuffers<FetchedRecord<T>> buffers,
      RecordDecoder<T> decoder,
      Health health,
      Execution execution) {
    return start(name, consumer, topic, positions, Map.of(), buffers, decoder, health, execution);
  }

  /**
   * Starts fetching.
   *
   * @param name of the thread, and of the component whose readiness is told
   * @param consumer closed with the feed
   * @param positions where to begin, one for each partition, in order
   * @param until the offset of a partition from which on nothing is read: there it is idle
   * @param execution on which the feed has its thread
   * @throws LogitstreamException CONFIGURATION if records at a position are gone
   */
  public static <T> KafkaFeed<T> start(
      String name,
      Consumer<String, byte[]> consumer,
      String topic,
      List<PartitionPosition> positions,
      Map<Integer, Long> until,
      PartitionBuffers<FetchedRecord<T>> buffers,
      RecordDecoder<T> decoder,
      Health health,
      Execution execution) {
    List<TopicPartition> partitions =
        positions.stream()
            .map(position -> new TopicPartition(topic, position.getPartition()))
            .toList();
    consumer.assign(partitions);
    Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(partitions);
    for (PartitionPosition position : positions) {
      TopicPartition partition = new TopicPartition(topic, position.getPartition());
      long beginning = beginnings.getOrDefault(partition, 0L);
      if (position.getNextOffset() < beginning) {
        throw new LogitstreamException(
            FailureKind.CONFIGURATION,
            ("%s begins at offset %d, and the run stands at %d: %d offsets are gone that it has not"
                    + " trained on. Keep the topic longer, or begin another run")
                .formatted(
                    partition,
                    beginning,
                    position.getNextOffset(),
                    beginning - position.getNextOffset()));
      }
      consumer.seek(
          partition,
          new OffsetAndMetadata(
              position.getNextOffset(), Optional.ofNullable(position.getLeaderEpoch()), ""));
    }
    KafkaFeed<T> feed =
        new KafkaFeed<>(name, consumer, partitions, until, buffers, decoder, health, execution);
    feed.thread.execute(feed::run);
    return feed;
  }

  /** Has the positions committed for the consumer's group within a second, for lag tools. */
  public void commit(Map<Integer, Long> nextOffsets) {
    Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
    for (TopicPartition partition : partitions) {
      Long offset = nextOffsets.get(partition.partition());
      if (offset != null) {
        offsets.put(partition, new OffsetAndMetadata(offset));
      }
    }
    toCommit = Map.copyOf(offsets);
  }

  /** Records between what was taken and the end of the log; empty where unknown. */
  public OptionalLong lag() {
    return lag.isPresent() ? OptionalLong.of(lag.getAsLong() + buffers.size()) : lag;
  }

  /** How far the positions of {@link #commit} are in each partition. */
  public List<PartitionStanding> standings() {
    Map<TopicPartition, OffsetAndMetadata> taken = toCommit;
    Map<Integer, Long> known = ends;
    List<PartitionStanding> standings = new ArrayList<>();
    for (TopicPartition partition : partitions) {
      OffsetAndMetadata next = taken.get(partition);
      standings.add(
          PartitionStanding.of(
              partition.topic(),
              partition.partition(),
              next == null ? null : next.offset(),
              known.get(partition.partition())));
    }
    return standings;
  }

  /** Whether the topic has partitions that are not read. */
  public boolean hasGrown() {
    return grown;
  }

  @Override
  public void close() {
    closing.request();
    consumer.wakeup();
    thread.shutdown();
    try {
      if (!thread.awaitTermination(LONGEST_CLOSE.toNanos(), TimeUnit.NANOSECONDS)) {
        LOGGER.warn("{} did not stop within {} s", name, LONGEST_CLOSE.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    health.gone(name);
  }

  private void run() {
    try (consumer) {
      fetchUntilClosed();
    } catch (KafkaException e) {
      LOGGER.warn("{}: the consumer was not closed in order", name, e);
    } finally {
      buffers.end();
    }
  }

  private void fetchUntilClosed() {
    try {
      while (!closing.requested()) {
        fetch();
        refreshIdle();
        refreshLag();
        refreshGrowth();
        commitOffsets();
      }
    } catch (WakeupException | StoppedException e) {
      LOGGER.debug("{} was asked to stop", name, e);
    } catch (OffsetOutOfRangeException e) {
      fail(
          new LogitstreamException(
              FailureKind.CONFIGURATION,
              ("records that were not trained on yet are gone (%s): retention overtook the reading,"
                      + " the log was cut, or the topic was deleted and created again. The next start"
                      + " tells what is missing since the newest checkpoint")
                  .formatted(outOfRange(e)),
              e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(e);
    } catch (Exception e) {
      fail(
          e instanceof LogitstreamException
              ? e
              : new LogitstreamException(
                  KafkaFailures.kindOf(e), "%s failed: %s".formatted(name, e), e));
    } catch (Error e) {
      // Whoever waits for records must not wait for ever when memory has run out.
      fail(e);
      throw e;
    }
  }

  private String outOfRange(OffsetOutOfRangeException failure) {
    Map<TopicPartition, Long> asked = failure.offsetOutOfRangePartitions();
    try {
      Map<TopicPartition, Long> beginnings = consumer.beginningOffsets(asked.keySet(), END_OFFSETS);
      Map<TopicPartition, Long> ends = consumer.endOffsets(asked.keySet(), END_OFFSETS);
      return asked.entrySet().stream()
          .map(
              entry ->
                  "%s has offsets %d to %d%s, asked for %d"
                      .formatted(
                          entry.getKey(),
                          beginnings.get(entry.getKey()),
                          ends.getOrDefault(entry.getKey(), 0L) - 1,
                          differs(failure, entry.getKey()),
                          entry.getValue()))
          .collect(Collectors.joining("; "));
    } catch (KafkaException e) {
      failure.addSuppressed(e);
      return String.valueOf(failure.getMessage());
    }
  }

  private static String differs(OffsetOutOfRangeException failure, TopicPartition partition) {
    OffsetAndMetadata from =
        failure instanceof LogTruncationException truncation
            ? truncation.divergentOffsets().get(partition)
            : null;
    return from == null ? "" : " and other records than before from %d on".formatted(from.offset());
  }

  private void fail(Throwable failure) {
    if (!closing.requested()) {
      buffers.fail(failure);
    }
  }

  private void fetch() throws Exception {
    List<TopicPartition> full = new ArrayList<>();
    List<TopicPartition> open = new ArrayList<>();
    partitions.forEach(
        partition ->
            (isAtEnd(partition) || buffers.isFull(partition.partition()) ? full : open)
                .add(partition));
    consumer.pause(full);
    consumer.resume(open);
    for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
      if (record.offset() >= end(record.partition())) {
        continue;
      }
      buffers.add(
          record.partition(),
          new FetchedRecord<>(record, decodeLogged(record)),
          Math.max(0, record.serializedValueSize()));
    }
  }

  /** Whether a partition that has an end is read to it. A position that is not known yet is not. */
  private boolean isAtEnd(TopicPartition partition) {
    long end = end(partition.partition());
    if (end == Long.MAX_VALUE) {
      return false;
    }
    try {
      return consumer.position(partition) >= end;
    } catch (RetriableException e) {
      return false;
    }
  }

  private long end(int partition) {
    return until.getOrDefault(partition, Long.MAX_VALUE);
  }

  private T decodeLogged(ConsumerRecord<String, byte[]> record) throws Exception {
    try (LoggedRecord logged = LoggedRecord.of(record)) {
      return decode(record);
    }
  }

  private T decode(ConsumerRecord<String, byte[]> record) throws Exception {
    try {
      return decoder.decode(record);
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      health.ready(name, false, String.valueOf(e.getMessage()));
    }
    T decoded =
        RetryPolicy.patient()
            .call(
                "decode %s-%d@%d".formatted(record.topic(), record.partition(), record.offset()),
                () -> decoder.decode(record),
                closing::await,
                random);
    health.ready(name, true, "reads on");
    return decoded;
  }

  /** A partition is idle when it stands where the committed records end. No answer: not idle. */
  private void refreshIdle() {
    List<TopicPartition> undecided =
        partitions.stream()
            .filter(partition -> buffers.isUndecided(partition.partition()))
            .toList();
    if (undecided.isEmpty()) {
      return;
    }
    try {
      consumer
          .endOffsets(undecided, END_OFFSETS)
          .forEach(
              (partition, end) -> {
                if (consumer.position(partition) >= Math.min(end, end(partition.partition()))) {
                  buffers.idle(partition.partition());
                }
              });
    } catch (RetriableException e) {
      LOGGER.debug("{}: the ends of {} are not known yet", name, undecided, e);
    }
  }

  private void refreshLag() {
    long behind = 0;
    Map<Integer, Long> known = new HashMap<>();
    for (TopicPartition partition : partitions) {
      OptionalLong current = consumer.currentLag(partition);
      if (current.isPresent()) {
        behind += current.getAsLong();
        position(partition)
            .ifPresent(
                at ->
                    known.put(
                        partition.partition(),
                        Math.min(at + current.getAsLong(), end(partition.partition()))));
      }
    }
    ends = Map.copyOf(known);
    lag = known.size() == partitions.size() ? OptionalLong.of(behind) : OptionalLong.empty();
  }

  /** The position, without asking the broker; empty while it is not known. */
  private OptionalLong position(TopicPartition partition) {
    try {
      return OptionalLong.of(consumer.position(partition, Duration.ZERO));
    } catch (RetriableException e) {
      return OptionalLong.empty();
    }
  }

  /** Asks what the client knows by now; it asks the broker every few minutes. */
  private void refreshGrowth() {
    if (grown || execution.nanos() - growthNanos < GROWTH_NANOS) {
      return;
    }
    growthNanos = execution.nanos();
    try {
      grown =
          consumer.partitionsFor(partitions.get(0).topic(), END_OFFSETS).size() > partitions.size();
    } catch (RetriableException e) {
      LOGGER.debug("{}: the number of partitions is not known", name, e);
    }
  }

  private void commitOffsets() {
    Map<TopicPartition, OffsetAndMetadata> offsets = toCommit;
    if (offsets.isEmpty()
        || offsets.equals(committed)
        || execution.nanos() - committedNanos < COMMIT_NANOS) {
      return;
    }
    committedNanos = execution.nanos();
    committed = offsets;
    try {
      consumer.commitAsync(
          offsets,
          (asked, failure) -> {
            if (failure != null) {
              committed = Map.of();
              LOGGER.debug("{}: group offsets were not committed", name, failure);
            }
          });
    } catch (WakeupException e) {
      throw e;
    } catch (KafkaException e) {
      // Only lag tools look at group offsets.
      LOGGER.debug("{}: group offsets were not committed", name, e);
    }
  }
}
