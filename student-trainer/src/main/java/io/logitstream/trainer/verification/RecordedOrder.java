package io.logitstream.trainer.verification;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.recovery.LiveCursor;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the log in the order that a ledger says. Nothing may be left out but what the ledger says
 * was missing: each range must begin at the record after the one before it in its partition.
 */
final class RecordedOrder implements AutoCloseable {
  private static final int BUFFER_RECORDS = 64;
  private static final long BUFFER_BYTES = 32L << 20;

  private final KafkaClients clients;
  private final TopicIdentity topic;
  private final LiveCursor cursor;
  private final Set<Integer> read;
  private @Nullable Reading reading;

  /** The log from the cursor's positions on, as it is fetched. */
  private record Reading(
      PartitionBuffers<FetchedRecord<ConsumerRecord<String, byte[]>>> buffers,
      KafkaFeed<ConsumerRecord<String, byte[]>> feed) {
    void close() {
      buffers.end();
      feed.close();
    }
  }

  /**
   * @param topic the topic as it stands
   * @param history what will be read, from its ancestor's positions on
   * @throws UnprovenException if the topic is another one by now or its records are gone
   */
  RecordedOrder(KafkaClients clients, TopicIdentity topic, RecordedHistory history)
      throws UnprovenException {
    this.clients = clients;
    this.topic = topic;
    this.cursor = LiveCursor.at(history.start(), topic);
    checkNotCutOff(history.entries());
    List<OffsetRange> ranges = history.ranges();
    this.read = ranges.stream().map(OffsetRange::getPartition).collect(Collectors.toSet());
    Map<Integer, Long> beginnings;
    try (Consumer<String, byte[]> consumer = clients.consumer(Map.of())) {
      beginnings = beginnings(consumer);
    }
    for (OffsetRange range : ranges) {
      if (!range.getTopicId().equals(topic.id().toString())) {
        throw UnprovenException.expired(
            "topic %s has id %s, the run read the one with id %s: it was deleted and created again"
                .formatted(topic.name(), topic.id(), range.getTopicId()));
      }
      long beginning = beginnings.getOrDefault(range.getPartition(), 0L);
      if (range.getFirstOffset() < beginning) {
        throw UnprovenException.expired(
            "partition %d begins at offset %d by now, and offsets from %d on were trained on"
                .formatted(range.getPartition(), beginning, range.getFirstOffset()));
      }
    }
  }

  /** The topic that is read. */
  TopicIdentity topic() {
    return topic;
  }

  /** Where the reading stands. */
  LiveCursor cursor() {
    return cursor;
  }

  /** What was trained on and then cut off is gone, though other records are in its place. */
  private static void checkNotCutOff(List<LedgerEntry> entries) throws UnprovenException {
    Map<Integer, Long> trained = new HashMap<>();
    for (LedgerEntry entry : entries) {
      if (entry.getStep() != null) {
        for (OffsetRange range : entry.getStep().getRanges()) {
          trained.merge(range.getPartition(), range.getLastOffset() + 1, Math::max);
        }
      }
      LossAcceptedEntry loss = entry.getLossAccepted();
      if (loss == null || loss.getNextOffset() == null || loss.getNextTopicId() != null) {
        continue;
      }
      if (loss.getNextOffset() < trained.getOrDefault(loss.getPartition(), 0L)) {
        throw UnprovenException.expired(
            "partition %d was cut off at offset %d: what was trained on from there on is gone; verify from a later ancestor"
                .formatted(loss.getPartition(), loss.getNextOffset()));
      }
    }
  }

  /** Goes on after what was missing. */
  void accept(LossAcceptedEntry loss) {
    close();
    cursor.accept(loss);
  }

  /** Goes on somewhere else. */
  void goOnAt(Map<Integer, Long> nextOffsets) {
    close();
    cursor.goOnAt(nextOffsets);
  }

  /**
   * The next record of a range.
   *
   * @param taken records of the range that were taken before
   */
  ConsumerRecord<String, byte[]> next(OffsetRange range, int taken)
      throws UnprovenException, InterruptedException {
    if (range.getPartition() < 0 || range.getPartition() >= topic.partitions()) {
      throw UnprovenException.refuted(
          "range %s: the topic has %d partitions".formatted(range, topic.partitions()));
    }
    Optional<FetchedRecord<ConsumerRecord<String, byte[]>>> next =
        reading().buffers().take(range.getPartition());
    if (next.isEmpty()) {
      throw UnprovenException.refuted(
          "range %s: the log ends after %d records of it".formatted(range, taken));
    }
    ConsumerRecord<String, byte[]> record = next.get().content();
    if ((taken == 0 && record.offset() != range.getFirstOffset())
        || record.offset() > range.getLastOffset()) {
      throw UnprovenException.refuted(
          "range %s: after %d records of it, the next in the log is at offset %d"
              .formatted(range, taken, record.offset()));
    }
    return record;
  }

  @Override
  public void close() {
    if (reading != null) {
      reading.close();
      reading = null;
    }
  }

  private Reading reading() throws UnprovenException {
    if (reading == null) {
      reading = open();
    }
    return reading;
  }

  private Reading open() throws UnprovenException {
    Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 64));
    try {
      PartitionBuffers<FetchedRecord<ConsumerRecord<String, byte[]>>> buffers =
          new PartitionBuffers<>(
              topic.partitions(), BUFFER_RECORDS, BUFFER_BYTES, clients.execution());
      return new Reading(
          buffers,
          KafkaFeed.start(
              "verification-feed",
              consumer,
              topic.name(),
              positions(beginnings(consumer)),
              buffers,
              read -> read,
              new Health(),
              clients.execution()));
    } catch (RuntimeException | UnprovenException e) {
      consumer.close();
      throw e;
    }
  }

  /** The cursor's positions; in partitions of which nothing is read, what is gone is not missed. */
  private List<PartitionPosition> positions(Map<Integer, Long> beginnings)
      throws UnprovenException {
    List<PartitionPosition> positions = new ArrayList<>();
    Map<Integer, Long> nextOffsets = cursor.nextOffsets();
    for (int partition = 0; partition < topic.partitions(); partition++) {
      long beginning = beginnings.getOrDefault(partition, 0L);
      long next = nextOffsets.getOrDefault(partition, beginning);
      if (next < beginning && read.contains(partition)) {
        throw UnprovenException.expired(
            "partition %d begins at offset %d by now, and the run stood at %d"
                .formatted(partition, beginning, next));
      }
      positions.add(new PartitionPosition(partition, Math.max(next, beginning), null));
    }
    return positions;
  }

  private Map<Integer, Long> beginnings(Consumer<String, byte[]> consumer) {
    List<TopicPartition> partitions =
        IntStream.range(0, topic.partitions())
            .mapToObj(partition -> new TopicPartition(topic.name(), partition))
            .toList();
    Map<Integer, Long> beginnings = new HashMap<>();
    consumer
        .beginningOffsets(partitions)
        .forEach((partition, offset) -> beginnings.put(partition.partition(), offset));
    return beginnings;
  }
}
