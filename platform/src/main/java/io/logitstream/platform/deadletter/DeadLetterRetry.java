package io.logitstream.platform.deadletter;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;

/**
 * Puts the records of dead letters back at the end of the partition that they were read from. With
 * each goes, in one transaction, a mark among the dead letters: a letter is put back once, whoever
 * retries and whatever is killed. One retry of a topic at a time; a second one fences the first.
 */
public final class DeadLetterRetry implements AutoCloseable {
  /** The most letters that one call puts back: the newest ones. */
  public static final int MAX_LETTERS = 100_000;

  private static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);
  private static final int TRANSACTION_LETTERS = 16;
  private static final long TRANSACTION_BYTES = 16L << 20;

  /** Records that were compressed may be larger than what the services write. */
  private static final int MAX_RECORD_BYTES = 60 << 20;

  private final KafkaClients clients;
  private final DeadLetterLog log;
  private final Producer<String, byte[]> producer;

  /** Ends what an earlier retry left open. */
  public DeadLetterRetry(KafkaClients clients, Topic topic) {
    this.clients = clients;
    this.log = new DeadLetterLog(clients, topic);
    this.producer =
        clients.transactionalProducer(
            transactionalId(clients.settings().topicPrefix(), topic),
            TRANSACTION_TIMEOUT,
            Map.of("max.request.size", MAX_RECORD_BYTES, "compression.type", "zstd"));
    try {
      producer.initTransactions();
    } catch (KafkaException e) {
      producer.close(CLOSE_WITHIN);
      throw failed(e);
    }
  }

  /** Who retries the dead letters of a topic. */
  public static String transactionalId(String topicPrefix, Topic topic) {
    return topicPrefix + "deadletters-" + topic.baseName();
  }

  /**
   * Puts records back that were not put back before, the newest {@link #MAX_LETTERS} at most.
   *
   * @param wanted the letters
   * @return the letters whose records were put back, in order
   * @throws LogitstreamException CONFIGURATION if a letter is cut and its record gone; some of
   *     those before it were put back
   */
  public List<DeadLetter> retry(Predicate<DeadLetter> wanted) {
    List<DeadLetter> chosen = log.list(wanted, MAX_LETTERS, false);
    if (chosen.isEmpty()) {
      return chosen;
    }
    try (SingleRecords records = new SingleRecords(clients)) {
      putBack(chosen, records);
    }
    return chosen;
  }

  private void putBack(List<DeadLetter> chosen, SingleRecords records) {
    List<ProducerRecord<String, byte[]>> transaction = new ArrayList<>();
    long bytes = 0;
    for (DeadLetter letter : chosen) {
      ConsumerRecord<String, byte[]> read = log.read(records, letter.letterOffset());
      ConsumerRecord<String, byte[]> original = DeadLetterLog.original(records, read);
      transaction.add(back(letter, original));
      transaction.add(mark(read));
      bytes += Math.max(0, original.serializedValueSize());
      if (transaction.size() >= 2 * TRANSACTION_LETTERS || bytes >= TRANSACTION_BYTES) {
        commit(transaction);
        transaction.clear();
        bytes = 0;
      }
    }
    if (!transaction.isEmpty()) {
      commit(transaction);
    }
  }

  private void commit(List<ProducerRecord<String, byte[]>> records) {
    try {
      producer.beginTransaction();
      records.forEach(producer::send);
      producer.commitTransaction();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  private static ProducerRecord<String, byte[]> back(
      DeadLetter letter, ConsumerRecord<String, byte[]> original) {
    Headers headers = new RecordHeaders(original.headers().toArray());
    LetterHeaders.removeAll(headers);
    LetterHeaders.put(
        headers,
        LetterHeaders.RETRY_OF,
        "%s-0@%d".formatted(Topic.deadLetterTopic(letter.topic()), letter.letterOffset()));
    return new ProducerRecord<>(
        letter.topic(), letter.partition(), null, original.key(), original.value(), headers);
  }

  private static ProducerRecord<String, byte[]> mark(ConsumerRecord<String, byte[]> letter) {
    Headers headers = new RecordHeaders();
    headers.add(
        LetterHeaders.RETRIED, Long.toString(letter.offset()).getBytes(StandardCharsets.UTF_8));
    // A topic that is compacted too takes no record without a key, and would forget one without a
    // value.
    String key = "retried-" + letter.offset();
    return new ProducerRecord<>(
        letter.topic(), letter.partition(), null, key, new byte[] {1}, headers);
  }

  private LogitstreamException failed(KafkaException failure) {
    // Nobody else takes its epoch, unless a transaction expired.
    FailureKind kind =
        Causes.include(failure, InvalidProducerEpochException.class)
            ? FailureKind.FENCED
            : KafkaFailures.kindOf(failure);
    return new LogitstreamException(
        kind,
        kind == FailureKind.FENCED
            ? "another retry of the dead letters of %s has begun, or a transaction took longer than %d s: 'deadletters list' tells which letters still stand"
                .formatted(log.topic(), TRANSACTION_TIMEOUT.toSeconds())
            : "could not put records back to %s: %s"
                .formatted(log.topic(), failure.getCause() == null ? failure : failure.getCause()),
        failure);
  }

  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
  }
}
