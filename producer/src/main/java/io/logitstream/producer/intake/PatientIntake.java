package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.lifecycle.StoppedException;
import io.logitstream.schemas.SourcePosition;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A source's intake that waits for its surroundings: a transaction is committed until it is known
 * to stand, however long that takes. For one thread.
 */
final class PatientIntake implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PatientIntake.class);

  private final KafkaClients clients;
  private final String source;
  private final SourceWriter writer;
  private final Health health;
  private final String component;
  private final RandomGenerator random;
  private @Nullable Intake intake;

  /** Makes the records of a transaction, which the position among them names. */
  @FunctionalInterface
  interface Transaction {
    List<ProducerRecord<String, byte[]>> records(PromptRecords records, String name);
  }

  /**
   * @param health told whether prompts can be published, as this component
   */
  PatientIntake(
      KafkaClients clients,
      String source,
      SourceWriter writer,
      Health health,
      String component,
      RandomGenerator random) {
    this.clients = clients;
    this.source = source;
    this.writer = writer;
    this.health = health;
    this.component = component;
    this.random = random;
  }

  /**
   * Takes the source over.
   *
   * @param opening one attempt to do it
   * @return where the source stands; empty if nothing was published for it yet
   * @throws StoppedException if a stop was asked for meanwhile
   */
  Optional<SourcePosition> open(Callable<Intake> opening, StopSignal stop) throws Exception {
    health.ready(component, false, "reads the position of source " + source);
    return open("start (%s)".formatted(clients.settings().lookedFor()), opening, stop).stored();
  }

  /**
   * Commits a transaction. After a failure, the position that stands names the transaction that
   * wrote it: this one stands, or is to be repeated. One that writes no position is repeated, and
   * must be the same when it stands twice.
   *
   * @throws LogitstreamException FENCED if another process took the source over; nothing is known
   *     of the transaction then
   * @throws StoppedException if a stop was asked for while it was not known what stands; the same
   */
  void commit(Transaction transaction, StopSignal stop) throws Exception {
    String name = writer.nextTransaction();
    Intake current = current();
    for (int failures = 1; ; failures++) {
      try {
        current.commit(transaction.records(current.records(), name));
        health.ready(component, true, "publishes source " + source);
        return;
      } catch (LogitstreamException | KafkaException e) {
        if (KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
          throw e;
        }
        health.ready(component, false, String.valueOf(e.getMessage()));
        LOGGER.warn(
            "looking what of the last transaction stands: {}. {}",
            e.getMessage(),
            clients.settings().lookedFor());
        if (stop.await(RetryPolicy.patient().pause(failures, random))) {
          throw new StoppedException("asked to stop before it was known what stands", e);
        }
      }
      current = open("go on", () -> writer.open(stop::requested), stop);
      // A successor may have come between the writer's look and its fencing.
      writer.refuseSuccessor(current.position());
      if (current.position().map(SourcePosition::getTransaction).filter(name::equals).isPresent()) {
        return;
      }
    }
  }

  private Intake open(String what, Callable<Intake> opening, StopSignal stop) throws Exception {
    close();
    Intake opened = RetryPolicy.patient().call(what, opening, stop::await, random);
    intake = opened;
    health.ready(component, true, "publishes source " + source);
    return opened;
  }

  private Intake current() {
    if (intake == null) {
      throw new IllegalStateException("the source was not opened");
    }
    return intake;
  }

  @Override
  public void close() {
    Intake current = intake;
    intake = null;
    if (current != null) {
      current.close();
    }
  }
}
