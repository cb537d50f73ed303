package io.logitstream.teacher.publishing;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes records, dead letters and the offsets that they were made from in one transaction, as
 * short as can be, because readers of committed records wait for it: it begins when all there is to
 * publish is there. One thread only. After a CommitFailedException it can abort and go on; after
 * any other failure it is closed.
 */
public final class TransactionalPublisher implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(TransactionalPublisher.class);
  private static final int COMMIT_ATTEMPTS = 3;
  private static final Duration CLOSE = Duration.ofSeconds(10);

  private final Producer<String, byte[]> producer;
  private boolean open;

  /** Ends what an earlier producer of the same transactional id left open. */
  public TransactionalPublisher(Producer<String, byte[]> producer) {
    this.producer = producer;
    try {
      producer.initTransactions();
    } catch (RuntimeException e) {
      producer.close(CLOSE);
      throw e;
    }
  }

  /**
   * Publishes records with the offsets that they were made from.
   *
   * @throws KafkaException if the transaction is not committed, or if that is not known; the
   *     group's committed offsets tell, once a new producer of the same transactional id has begun
   */
  public void commit(
      List<ProducerRecord<String, byte[]>> records,
      Map<TopicPartition, OffsetAndMetadata> nextOffsets,
      ConsumerGroupMetadata group) {
    producer.beginTransaction();
    open = true;
    // A failed send fails the commit: its future need not be looked at.
    records.forEach(producer::send);
    producer.sendOffsetsToTransaction(nextOffsets, group);
    for (int attempt = 1; open; attempt++) {
      try {
        producer.commitTransaction();
        open = false;
      } catch (TimeoutException e) {
        // The commit may stand: nothing but repeating it is allowed now, and that is harmless.
        if (attempt == COMMIT_ATTEMPTS) {
          throw e;
        }
        LOGGER.warn("the commit was not answered, repeating it: {}", e.getMessage());
      }
    }
  }

  /** Gives up the open transaction, if there is one. */
  public void abort() {
    if (open) {
      producer.abortTransaction();
      open = false;
    }
  }

  /** Gives up the open transaction, if there is one, and closes the producer. */
  @Override
  public void close() {
    try {
      abort();
    } catch (KafkaException | IllegalStateException e) {
      // The broker ends it: at the transaction's timeout, or when a successor begins.
      LOGGER.warn("could not abort the open transaction: {}", e.getMessage());
    } finally {
      producer.close(CLOSE);
    }
  }
}
