package io.logitstream.checkpoints;

import io.logitstream.platform.Causes;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaFailures;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of a run's one writer.
 *
 * <p>How Kafka's failures are told apart: a commit whose answer did not come may stand, so it is
 * repeated, never aborted. An epoch that was lost before the transaction can have expired was taken
 * by a successor: FENCED. One that was lost later tells nothing: brokers before transactions of
 * version 2 answer one's own timeout with a fencing, and later ones answer both alike. Then this
 * writer is never used again (RETRYABLE), and its owner looks for a newer incarnation in the ledger
 * before it takes the run over once more. What the environment may mend is aborted and sent again.
 */
final class RunTransactions implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunTransactions.class);
  private static final int MAX_ATTEMPTS = 5;

  private final Producer<String, byte[]> producer;
  private final String run;
  private final Duration timeout;
  private final LongSupplier nanoTime;

  /**
   * @param timeout after which the broker aborts a transaction
   * @param nanoTime a clock that never goes back, in nanoseconds
   */
  RunTransactions(
      Producer<String, byte[]> producer, String run, Duration timeout, LongSupplier nanoTime) {
    this.producer = producer;
    this.run = run;
    this.timeout = timeout;
    this.nanoTime = nanoTime;
  }

  void initialise() {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.initTransactions();
        return;
      } catch (TimeoutException e) {
        if (attempt == MAX_ATTEMPTS) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              "could not take run %s over: Kafka did not answer".formatted(run),
              e);
        }
      } catch (KafkaException e) {
        throw failed("take run %s over".formatted(run), e);
      }
    }
  }

  /**
   * Commits the records in one transaction.
   *
   * @throws LogitstreamException FENCED if a successor took the run over; RETRYABLE if the
   *     transaction expired or it is not known whether it stands: this object must not be used
   *     again
   */
  void commit(List<ProducerRecord<String, byte[]>> records) {
    for (int attempt = 1; ; attempt++) {
      long begunNanos = nanoTime.getAsLong();
      try {
        producer.beginTransaction();
        records.forEach(producer::send);
        // Surfaces what failed to be sent while an abort is still the right answer.
        producer.flush();
        commitUntilAnswered();
        return;
      } catch (KafkaException | IllegalStateException e) {
        decide(e, begunNanos);
        if (attempt == MAX_ATTEMPTS) {
          throw failed("commit a checkpoint of run %s".formatted(run), e);
        }
        LOGGER.warn("a transaction of run {} was aborted and is begun again", run, e);
      }
    }
  }

  int partitions(String topic) {
    return producer.partitionsFor(topic).size();
  }

  private void commitUntilAnswered() {
    @Nullable TimeoutException unanswered = null;
    for (int repetition = 1; repetition <= MAX_ATTEMPTS; repetition++) {
      try {
        producer.commitTransaction();
        return;
      } catch (TimeoutException e) {
        unanswered = e;
        LOGGER.warn("run {}: the answer to a commit did not come; committing again", run, e);
      } catch (InterruptException e) {
        throw unknown(e);
      } catch (KafkaException e) {
        if (unanswered != null && !hasLostEpoch(e) && !hasLostTransaction(e)) {
          throw unknown(e);
        }
        throw e;
      }
    }
    throw unknown(unanswered);
  }

  /** Returns, with the transaction aborted, if everything may be sent again. */
  private void decide(RuntimeException failure, long begunNanos) {
    boolean mayHaveExpired = nanoTime.getAsLong() - begunNanos >= timeout.toNanos();
    if (hasLostEpoch(failure)) {
      throw mayHaveExpired ? expiredOrFenced(failure) : fenced(failure);
    }
    boolean mayRepeat =
        !(failure instanceof InterruptException)
            && KafkaFailures.kindOf(failure) == FailureKind.RETRYABLE;
    try {
      producer.abortTransaction();
    } catch (KafkaException | IllegalStateException e) {
      if (hasLostEpoch(e)) {
        e.addSuppressed(failure);
        throw mayHaveExpired ? expiredOrFenced(e) : fenced(e);
      }
      failure.addSuppressed(e);
      mayRepeat = false;
    }
    if (hasLostTransaction(failure)) {
      throw expiredOrFenced(failure);
    }
    if (!mayRepeat) {
      throw failed("commit a checkpoint of run %s".formatted(run), failure);
    }
  }

  private static boolean hasLostEpoch(RuntimeException failure) {
    return Causes.include(failure, ProducerFencedException.class)
        || Causes.include(failure, InvalidProducerEpochException.class);
  }

  private static boolean hasLostTransaction(RuntimeException failure) {
    return Causes.include(failure, InvalidTxnStateException.class);
  }

  private LogitstreamException expiredOrFenced(RuntimeException cause) {
    return new LogitstreamException(
        FailureKind.RETRYABLE,
        ("run %s: a transaction was not committed within %s: it has expired, or another trainer took"
                + " the run over. The ledger tells which, and what stands. If"
                + " checkpoint.transaction-timeout is too short, raise it")
            .formatted(run, timeout),
        cause);
  }

  private LogitstreamException unknown(@Nullable Throwable cause) {
    return new LogitstreamException(
        FailureKind.RETRYABLE,
        ("run %s: Kafka did not answer a commit, which may or may not stand; the next start reads"
                + " what stands")
            .formatted(run),
        cause);
  }

  private LogitstreamException fenced(RuntimeException cause) {
    return new LogitstreamException(
        FailureKind.FENCED,
        ("another trainer took run %s over: this one stops. Two trainers of one run would fence"
                + " each other for ever")
            .formatted(run),
        cause);
  }

  private LogitstreamException failed(String what, RuntimeException cause) {
    if (cause instanceof ProducerFencedException fencing) {
      return fenced(fencing);
    }
    return new LogitstreamException(
        KafkaFailures.kindOf(cause), "could not %s: %s".formatted(what, cause), cause);
  }

  @Override
  public void close() {
    // Closing must not wait for a transaction that will never end.
    producer.close(Duration.ofSeconds(5));
  }
}
