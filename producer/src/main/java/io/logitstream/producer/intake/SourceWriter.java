package io.logitstream.producer.intake;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.Topic;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * This process as the writer of a source, over all the intakes that it opens after failures. For
 * one thread.
 *
 * <p>A source's position names its writer, from the moment that a process takes the source over. So
 * one that lost its connection sees its successor before it opens an intake again: opening first
 * would fence the successor, and the position then ends this writer too. The older one ends.
 */
public final class SourceWriter {
  private final KafkaClients clients;
  private final String source;
  private final IntakeSettings settings;
  private final StoredPositions positions;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final WriterName name;
  private boolean hasTakenOver;

  /**
   * @param clock tells people when the source was taken over
   * @param nanoTime a clock that never goes back, in nanoseconds
   * @param random makes a name that no other process has
   */
  public SourceWriter(
      KafkaClients clients,
      String source,
      IntakeSettings settings,
      InstantSource clock,
      LongSupplier nanoTime,
      RandomGenerator random) {
    this.clients = clients;
    this.source = source;
    this.settings = settings;
    this.positions =
        new StoredPositions(
            clients, Topic.SOURCE_POSITIONS.named(clients.settings().topicPrefix()));
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.name = new WriterName(random);
  }

  /**
   * Takes the source over, for the first time or again after a failure. The intake before must have
   * been closed.
   *
   * @param stop asked while open transactions hide the position
   * @throws LogitstreamException FENCED if another process has taken the source over since this one
   *     did; RETRYABLE if the surroundings do not answer
   */
  public Intake open(BooleanSupplier stop) {
    return open(null, stop);
  }

  /**
   * As the other one, and tells of the source's idempotency keys.
   *
   * @param keys null where they are not asked for
   */
  Intake open(@Nullable StoredKeys keys, BooleanSupplier stop) {
    if (hasTakenOver) {
      refuseSuccessor(positions.read(source, null, stop));
    }
    Intake intake = Intake.open(clients, source, settings, positions, name, nanoTime, keys, stop);
    if (!hasTakenOver) {
      try {
        intake.takeOver(clock.instant());
        hasTakenOver = true;
      } catch (RuntimeException e) {
        intake.close();
        throw e;
      }
    }
    return intake;
  }

  /** The name of a transaction, and of none before. */
  String nextTransaction() {
    return name.nextTransaction();
  }

  /**
   * Nothing, if the position is this writer's, or there is none.
   *
   * @throws LogitstreamException FENCED if another one wrote it
   */
  void refuseSuccessor(Optional<SourcePosition> position) {
    if (position.isPresent() && !name.wrote(position.get())) {
      throw new LogitstreamException(
          FailureKind.FENCED,
          "another producer of source %s took over: source %s stands at %d, by a transaction that is not this one's. %s"
              .formatted(source, source, position.get().getNextIndex(), Intake.ONE_PRODUCER));
    }
  }
}
