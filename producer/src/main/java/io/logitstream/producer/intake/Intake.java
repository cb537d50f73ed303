package io.logitstream.producer.intake;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * The only writer of a source: prompts and the position behind them go onto their topics in one
 * transaction, so that a producer that is killed at any time neither repeats nor leaves out a
 * prompt. Opening it fences an earlier writer of the source. For one thread.
 *
 * <p>After a failure it is closed and another one opened: the stored position is the truth.
 */
public final class Intake implements AutoCloseable {
  private static final int COMMIT_ATTEMPTS_MAX = 5;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final String source;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private final PromptRecords records;
  private final StoredPositions.Stored stored;
  private final Duration transactionTimeout;
  private final LongSupplier nanoTime;
  private long begunAt;

  private Intake(
      String source,
      IntakeSettings settings,
      LongSupplier nanoTime,
      Producer<String, byte[]> producer,
      RecordSerializer serializer,
      PromptRecords records,
      StoredPositions.Stored stored) {
    this.source = source;
    this.transactionTimeout = settings.transactionTimeout();
    this.nanoTime = nanoTime;
    this.producer = producer;
    this.serializer = serializer;
    this.records = records;
    this.stored = stored;
  }

  /**
   * Takes the source over and reads its position.
   *
   * @param nanoTime a clock that never goes back, in nanoseconds
   * @param stop asked while other sources' transactions hide the position
   */
  public static Intake open(
      KafkaClients clients,
      String source,
      IntakeSettings settings,
      LongSupplier nanoTime,
      BooleanSupplier stop) {
    String prefix = clients.settings().topicPrefix();
    String prompts = Topic.PROMPTS.named(prefix);
    String positions = Topic.SOURCE_POSITIONS.named(prefix);
    int partitions;
    try (Admin admin = clients.admin()) {
      partitions = Topics.identity(admin, prompts).partitions();
    }
    Producer<String, byte[]> producer =
        clients.transactionalProducer(
            transactionalId(prefix, source), settings.transactionTimeout(), Map.of());
    RecordSerializer serializer = new RecordSerializer(clients.settings());
    try {
      producer.initTransactions();
      return new Intake(
          source,
          settings,
          nanoTime,
          producer,
          serializer,
          new PromptRecords(
              source, prompts, partitions, positions, serializer, settings.startTraces()),
          new StoredPositions(clients, positions).read(source, stop));
    } catch (RuntimeException e) {
      producer.close(Duration.ZERO);
      serializer.close();
      throw e;
    }
  }

  /** Who writes a source; the prefix keeps pipelines on one cluster apart. */
  static String transactionalId(String topicPrefix, String source) {
    return topicPrefix + "source-" + source;
  }

  /** Where the source stood when this was opened; empty if it is new. */
  public Optional<SourcePosition> stored() {
    return stored.position();
  }

  /** The idempotency keys that the source had seen then, expired ones among them. */
  List<SourcePosition> storedKeys() {
    return stored.keys();
  }

  /** Makes records of this source. */
  PromptRecords records() {
    return records;
  }

  /**
   * Commits prompts with the position behind them.
   *
   * @param prompts in their order, possibly none
   * @param position its nextIndex is that behind the last prompt
   * @throws LogitstreamException FENCED if another producer took the source over; RETRYABLE if
   *     nothing is known to stand and another intake may go on from the stored position
   */
  public void publish(List<SourcedPrompt> prompts, SourcePosition position) {
    List<ProducerRecord<String, byte[]>> transaction = new ArrayList<>();
    long index = position.getNextIndex() - prompts.size();
    for (SourcedPrompt prompt : prompts) {
      transaction.add(records.prompt(prompt, index++, position.getUpdatedAt()));
    }
    transaction.add(records.position(position));
    commit(transaction);
  }

  /**
   * Commits records of this source in one transaction.
   *
   * @throws LogitstreamException as {@link #publish}
   */
  void commit(List<ProducerRecord<String, byte[]>> transaction) {
    try {
      begunAt = nanoTime.getAsLong();
      producer.beginTransaction();
      transaction.forEach(producer::send);
      commit();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /** A commit that timed out may stand: only repeating it tells. */
  private void commit() {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException e) {
        if (attempt == COMMIT_ATTEMPTS_MAX) {
          throw e;
        }
      }
    }
  }

  private LogitstreamException failed(KafkaException failure) {
    FailureKind kind = KafkaFailures.kindOf(failure);
    boolean lostEpoch = Causes.include(failure, InvalidProducerEpochException.class);
    if (kind == FailureKind.FENCED || (lostEpoch && !mayHaveExpired())) {
      return fenced(failure);
    }
    try {
      producer.abortTransaction();
    } catch (ProducerFencedException e) {
      e.addSuppressed(failure);
      return fenced(e);
    } catch (KafkaException | IllegalStateException e) {
      failure.addSuppressed(e);
    }
    boolean expired = lostEpoch || Causes.include(failure, InvalidTxnStateException.class);
    return new LogitstreamException(
        expired && mayHaveExpired() ? FailureKind.RETRYABLE : kind,
        "could not commit prompts of source %s: %s".formatted(source, failure.getMessage()),
        failure);
  }

  /**
   * One's own timeout and a takeover fail alike. Aborting tells them apart, but only once the
   * broker has taken a record: before, it succeeds without asking the broker. The clock knows
   * better.
   */
  private boolean mayHaveExpired() {
    return nanoTime.getAsLong() - begunAt >= transactionTimeout.toNanos();
  }

  private LogitstreamException fenced(KafkaException failure) {
    return new LogitstreamException(
        FailureKind.FENCED,
        "another producer of source %s took over; each source has one producer, give this one another source.name"
            .formatted(source),
        failure);
  }

  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
    serializer.close();
  }
}
