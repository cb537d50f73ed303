package io.logitstream.trainer.training;

import io.logitstream.schemas.OffsetRange;
import io.logitstream.trainer.ingest.RecordDigest;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Records of one partition that a step consumes, as they come. */
final class StepRange {
  private final String cursor;
  private final int partition;
  private final long firstOffset;
  private final RecordDigest digest = new RecordDigest();
  private long lastOffset;
  private int count;
  private int passedOver;

  StepRange(String cursor, ConsumerRecord<String, byte[]> first) {
    this.cursor = cursor;
    this.partition = first.partition();
    this.firstOffset = first.offset();
  }

  /** The cursor that reads them. */
  String cursor() {
    return cursor;
  }

  int partition() {
    return partition;
  }

  void add(ConsumerRecord<String, byte[]> record) {
    digest.add(record.key(), record.value());
    lastOffset = record.offset();
    count++;
  }

  /** Counts one of the records as not trained on. */
  void passOver() {
    passedOver++;
  }

  OffsetRange close(String topicId) {
    return OffsetRange.newBuilder()
        .setCursor(cursor)
        .setTopicId(topicId)
        .setPartition(partition)
        .setFirstOffset(firstOffset)
        .setLastOffset(lastOffset)
        .setCount(count)
        .setPassedOver(passedOver)
        .setDigest(digest.hex())
        .build();
  }
}
