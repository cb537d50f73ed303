package io.logitstream.trainer.verification;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.trainer.ingest.FetchedRecord;
import io.logitstream.trainer.ingest.KafkaFeed;
import io.logitstream.trainer.ingest.PartitionBuffers;
import io.logitstream.trainer.recovery.LiveCursor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the log in the order that a ledger says. Nothing may be left out: each range must begin at
 * the record after the one before it in its partition.
 */
final class RecordedOrder implements AutoCloseable {
  private static final int BUFFER_RECORDS = 64;
  private static final long BUFFER_BYTES = 32L << 20;

  private final TopicIdentity topic;
  private final LiveCursor cursor;
  private final PartitionBuffers<FetchedRecord<ConsumerRecord<String, byte[]>>> buffers;
  private final KafkaFeed<ConsumerRecord<String, byte[]>> feed;

  /**
   * @param start where the ancestor stood
   * @param ranges what will be read
   * @throws UnprovenException if the topic is another one by now or its records are gone
   */
  RecordedOrder(KafkaClients clients, TopicIdentity topic, Cursor start, List<OffsetRange> ranges)
      throws UnprovenException {
    this.topic = topic;
    if (!topic.id().toString().equals(start.getTopicId())) {
      throw UnprovenException.expired(
          "topic %s has id %s, the run read the one with id %s: it was deleted and created again"
              .formatted(topic.name(), topic.id(), start.getTopicId()));
    }
    Consumer<String, byte[]> consumer = clients.consumer(Map.of("max.poll.records", 64));
    try {
      Map<Integer, Long> beginnings = beginnings(consumer);
      checkRetained(start, ranges, beginnings);
      this.cursor = LiveCursor.resume(start, topic, beginnings);
      this.buffers = new PartitionBuffers<>(topic.partitions(), BUFFER_RECORDS, BUFFER_BYTES);
      this.feed =
          KafkaFeed.start(
              "verification-feed",
              consumer,
              topic.name(),
              cursor.positions(),
              buffers,
              read -> read,
              new Health());
    } catch (RuntimeException | UnprovenException e) {
      consumer.close();
      throw e;
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
        buffers.take(range.getPartition());
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
    buffers.end();
    feed.close();
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

  private static void checkRetained(
      Cursor start, List<OffsetRange> ranges, Map<Integer, Long> beginnings)
      throws UnprovenException {
    for (OffsetRange range : ranges) {
      long beginning = beginnings.getOrDefault(range.getPartition(), 0L);
      if (range.getFirstOffset() < beginning) {
        throw UnprovenException.expired(
            "partition %d begins at offset %d by now, and offsets from %d on were trained on"
                .formatted(range.getPartition(), beginning, range.getFirstOffset()));
      }
    }
    for (PartitionPosition position : start.getPositions()) {
      long beginning = beginnings.getOrDefault(position.getPartition(), 0L);
      if (position.getNextOffset() < beginning) {
        throw UnprovenException.expired(
            "partition %d begins at offset %d by now, and the ancestor stood at %d"
                .formatted(position.getPartition(), beginning, position.getNextOffset()));
      }
    }
  }
}
