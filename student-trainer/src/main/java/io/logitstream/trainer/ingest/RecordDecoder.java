package io.logitstream.trainer.ingest;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What a record is decoded to, ahead of its use.
 *
 * @param <T> what records are decoded to
 */
@FunctionalInterface
public interface RecordDecoder<T> {
  /**
   * Decodes a record.
   *
   * @throws io.logitstream.platform.LogitstreamException RETRYABLE where the environment or a newer
   *     build may mend it: the record is decoded again, until it succeeds
   */
  T decode(ConsumerRecord<String, byte[]> record);
}
