package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaFailures;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The transactions of a run's one writer.
 *
 * <p>How Kafka's failures are told apart: a commit whose answer did not come may stand, so it is
 * repeated, never aborted. After any other failure {@code abortTransaction} decides: it succeeds
 * after the transaction's own timeout, and everything may be sent again; after a takeover it throws
 * ProducerFencedException.
 */
final class RunTransactions implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(RunTransactions.class);
  private static final int MAX_ATTEMPTS = 5;

  private final Producer<String, byte[]> producer;
  private final String run;

  RunTransactions(Producer<String, byte[]> producer, String run) {
    this.producer = producer;
    this.run = run;
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

  /** Commits the records in one transaction. */
  void commit(List<ProducerRecord<String, byte[]>> records) {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.beginTransaction();
        records.forEach(producer::send);
        // Surfaces what failed to be sent while an abort is still the right answer.
        producer.flush();
      } catch (KafkaException e) {
        abortAfter(e);
        if (attempt == MAX_ATTEMPTS || !isWorthRepeating(e)) {
          throw failed("write a checkpoint of run %s".formatted(run), e);
        }
        LOGGER.warn("a transaction of run {} failed and is begun again", run, e);
        continue;
      }
      if (committed(attempt)) {
        return;
      }
    }
  }

  int partitions(String topic) {
    return producer.partitionsFor(topic).size();
  }

  /** Whether the transaction stands; false if it was aborted and everything may be sent again. */
  private boolean committed(int attempt) {
    for (int repetition = 1; ; repetition++) {
      try {
        producer.commitTransaction();
        return true;
      } catch (TimeoutException | InterruptException e) {
        if (e instanceof InterruptException || repetition == MAX_ATTEMPTS) {
          throw new LogitstreamException(
              FailureKind.RETRYABLE,
              ("run %s: Kafka did not answer a commit, which may or may not stand; the next start"
                      + " reads what stands")
                  .formatted(run),
              e);
        }
        LOGGER.warn("run {}: the answer to a commit did not come; committing again", run, e);
      } catch (ProducerFencedException e) {
        throw fenced(e);
      } catch (KafkaException e) {
        if (repetition > 1) {
          // A commit that was repeated in vain cannot be aborted: the transaction expired.
          throw failed("commit a checkpoint of run %s".formatted(run), e);
        }
        abortAfter(e);
        if (attempt == MAX_ATTEMPTS || !isWorthRepeating(e)) {
          throw failed("commit a checkpoint of run %s".formatted(run), e);
        }
        LOGGER.warn("a transaction of run {} was aborted and is begun again", run, e);
        return false;
      }
    }
  }

  private void abortAfter(KafkaException failure) {
    if (failure instanceof ProducerFencedException) {
      throw fenced(failure);
    }
    try {
      producer.abortTransaction();
    } catch (ProducerFencedException e) {
      e.addSuppressed(failure);
      throw fenced(e);
    } catch (KafkaException | IllegalStateException e) {
      e.addSuppressed(failure);
      throw failed("abort a transaction of run %s".formatted(run), e);
    }
  }

  private static boolean isWorthRepeating(KafkaException failure) {
    return failure instanceof InvalidProducerEpochException
        || failure.getCause() instanceof InvalidProducerEpochException
        || KafkaFailures.kindOf(failure) == FailureKind.RETRYABLE;
  }

  private LogitstreamException fenced(KafkaException cause) {
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
