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
import java.time.Instant;
import java.time.temporal.ChronoUnit;
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
import org.jspecify.annotations.Nullable;

/**
 * The only writer of a source: prompts and the position behind them go onto their topics in one
 * transaction, so that a producer that is killed at any time neither repeats nor leaves out a
 * prompt. Opening it fences an earlier writer of the source. For one thread.
 *
 * <p>After a failure it is closed and its {@link SourceWriter} opens another one: the stored
 * position is the truth.
 */
public final class Intake implements AutoCloseable {
  static final String ONE_PRODUCER =
      "Run one producer for a source, or give each its own source.name";

  private static final int COMMIT_ATTEMPTS_MAX = 5;
  private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

  private final String source;
  private final Duration transactionTimeout;
  private final WriterName writer;
  private final LongSupplier nanoTime;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private final PromptRecords records;
  private final Optional<SourcePosition> position;
  private long begunNanos;

  private Intake(
      String source,
      IntakeSettings settings,
      WriterName writer,
      LongSupplier nanoTime,
      Producer<String, byte[]> producer,
      RecordSerializer serializer,
      PromptRecords records,
      Optional<SourcePosition> position) {
    this.source = source;
    this.transactionTimeout = settings.transactionTimeout();
    this.writer = writer;
    this.nanoTime = nanoTime;
    this.producer = producer;
    this.serializer = serializer;
    this.records = records;
    this.position = position;
  }

  /** Fences earlier intakes of the source, and reads where it stands. */
  static Intake open(
      KafkaClients clients,
      String source,
      IntakeSettings settings,
      StoredPositions positions,
      WriterName writer,
      LongSupplier nanoTime,
      @Nullable StoredKeys keys,
      BooleanSupplier stop) {
    String prefix = clients.settings().topicPrefix();
    String prompts = Topic.PROMPTS.named(prefix);
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
          writer,
          nanoTime,
          producer,
          serializer,
          new PromptRecords(
              source,
              prompts,
              partitions,
              Topic.SOURCE_POSITIONS.named(prefix),
              serializer,
              settings.startTraces()),
          positions.read(source, keys, stop));
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

  /** Where the source stood when this was opened; empty if nothing was published for it yet. */
  public Optional<SourcePosition> stored() {
    // One without a fingerprint says who took a new source over, and nothing else.
    return position.filter(found -> found.getFingerprint() != null);
  }

  /** The position that this found, if only of who took the source over. */
  Optional<SourcePosition> position() {
    return position;
  }

  /** Makes records of this source. */
  PromptRecords records() {
    return records;
  }

  /** Has the source's position name this writer, and leaves it where it stood. */
  void takeOver(Instant now) {
    SourcePosition.Builder taken =
        position
            .map(SourcePosition::newBuilder)
            .orElseGet(() -> SourcePosition.newBuilder().setSource(source).setNextIndex(0));
    commit(
        List.of(
            records.position(
                taken
                    .setTransaction(writer.nextTransaction())
                    .setUpdatedAt(now.truncatedTo(ChronoUnit.MILLIS))
                    .build())));
  }

  /**
   * Commits prompts with the position behind them.
   *
   * @param prompts in their order, possibly none
   * @param next its nextIndex is that behind the last prompt; the transaction's name is added
   * @throws LogitstreamException FENCED if another producer took the source over; RETRYABLE if
   *     nothing is known to stand and another intake may go on from the stored position
   */
  public void publish(List<SourcedPrompt> prompts, SourcePosition next) {
    List<ProducerRecord<String, byte[]>> transaction = new ArrayList<>();
    long index = next.getNextIndex() - prompts.size();
    for (SourcedPrompt prompt : prompts) {
      transaction.add(records.prompt(prompt, index++, next.getUpdatedAt()));
    }
    transaction.add(
        records.position(
            SourcePosition.newBuilder(next).setTransaction(writer.nextTransaction()).build()));
    commit(transaction);
  }

  /**
   * Commits records of this source in one transaction.
   *
   * @throws LogitstreamException as {@link #publish}
   */
  void commit(List<ProducerRecord<String, byte[]>> transaction) {
    begunNanos = nanoTime.getAsLong();
    try {
      producer.beginTransaction();
      transaction.forEach(producer::send);
      commitUntilAnswered();
    } catch (KafkaException e) {
      throw failed(e);
    }
  }

  /** A commit that timed out may stand: only repeating it tells. */
  private void commitUntilAnswered() {
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
    if (hasLostEpoch(failure)) {
      return lostEpoch(failure);
    }
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      if (hasLostEpoch(e)) {
        e.addSuppressed(failure);
        return lostEpoch(e);
      }
      failure.addSuppressed(e);
    }
    boolean hasExpired =
        Causes.include(failure, InvalidTxnStateException.class) && mayHaveExpired();
    return new LogitstreamException(
        hasExpired ? FailureKind.RETRYABLE : KafkaFailures.kindOf(failure),
        "could not commit prompts of source %s: %s".formatted(source, failure.getMessage()),
        failure);
  }

  /**
   * One's own timeout and a takeover fail alike: brokers before transactions of version 2 call both
   * a fencing, and later ones may. The clock tells what cannot have been a timeout; of the rest
   * nothing is known, and the stored position says who took the source over.
   */
  private LogitstreamException lostEpoch(RuntimeException failure) {
    return mayHaveExpired()
        ? new LogitstreamException(
            FailureKind.RETRYABLE,
            "a transaction of source %s was not committed within %s (intake.transaction-timeout): it has expired, or another producer took over (%s)"
                .formatted(source, transactionTimeout, failure.getMessage()),
            failure)
        : new LogitstreamException(
            FailureKind.FENCED,
            "another producer of source %s took over. %s".formatted(source, ONE_PRODUCER),
            failure);
  }

  private static boolean hasLostEpoch(RuntimeException failure) {
    return Causes.include(failure, ProducerFencedException.class)
        || Causes.include(failure, InvalidProducerEpochException.class);
  }

  private boolean mayHaveExpired() {
    return nanoTime.getAsLong() - begunNanos >= transactionTimeout.toNanos();
  }

  @Override
  public void close() {
    producer.close(CLOSE_WITHIN);
    serializer.close();
  }
}
