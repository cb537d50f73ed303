package io.logitstream.trainer.ingest;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * A record as read, and what it was decoded to.
 *
 * @param read the record as read
 * @param content what it was decoded to
 */
public record FetchedRecord<T>(ConsumerRecord<String, byte[]> read, T content) {
  /** Bytes of the value; 0 for a tombstone. */
  public int valueBytes() {
    return Math.max(0, read.serializedValueSize());
  }
}
