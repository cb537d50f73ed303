package io.logitstream.producer;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.producer.intake.Intake;
import io.logitstream.producer.intake.PromptBatches;
import io.logitstream.producer.intake.SourceWriter;
import io.logitstream.producer.pacing.Pace;
import io.logitstream.producer.source.PromptSequence;
import io.logitstream.producer.source.SourceSettings;
import io.logitstream.producer.source.SourcedPrompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a source's prompts on their topic, in order and at a pace, until the source is at its end or
 * a stop is asked for. A producer that is started again goes on exactly where the last one's last
 * transaction ended.
 */
public final class PromptProducer implements Service {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptProducer.class);
  private static final String COMPONENT = "producer";

  private final ProducerSettings settings;
  private final SourceSettings source;
  private final KafkaClients clients;
  private final Health health;
  private final ProducerProgress progress;
  private final Clock clock = Clock.systemUTC();
  private final RandomGenerator random;
  private final SourceWriter writer;

  /**
   * @param meters get the producer's progress and its Kafka clients' metrics
   * @param health told whether prompts can be published
   */
  public PromptProducer(ProducerSettings settings, MeterRegistry meters, Health health) {
    this(
        settings,
        new KafkaClients(settings.kafka(), COMPONENT, meters),
        meters,
        health,
        new Random());
  }

  /**
   * As the other constructor.
   *
   * @param random shortens pauses, and makes the producer's name
   */
  PromptProducer(
      ProducerSettings settings,
      KafkaClients clients,
      MeterRegistry meters,
      Health health,
      RandomGenerator random) {
    this.settings = settings;
    this.source = settings.source();
    this.clients = clients;
    this.health = health;
    this.random = random;
    this.writer =
        new SourceWriter(
            clients, source.name(), settings.intake(), clock, System::nanoTime, random);
    this.progress = new ProducerProgress(source.domains());
    ProducerMeters.bind(progress, source.domains(), meters);
    health.ready(COMPONENT, false, "has not begun");
  }

  /** How far it has come; changes while it runs. */
  public ProducerProgress progress() {
    return progress;
  }

  /** How it stands, for any thread. */
  public ProducerStatus status() {
    return new ProducerStatus(
        source.name(),
        progress.nextIndex(),
        progress.finished(),
        progress.prompts(),
        progress.heldOutPrompts(),
        progress.characters());
  }

  /**
   * Publishes until the end of the source or a stop.
   *
   * @throws LogitstreamException FENCED if another producer of the source started; CONFIGURATION if
   *     the source is empty, changed, or topics are missing. A broker or registry that does not
   *     answer is waited for
   */
  @Override
  public void run(StopSignal stop) throws Exception {
    try (PromptSequence sequence = PromptSequence.open(source, progress)) {
      Intake intake =
          RetryPolicy.patient()
              .call(
                  "start (%s)".formatted(settings.kafka().lookedFor()),
                  () -> begin(stop),
                  stop::await,
                  random);
      int failures = 0;
      long committedBefore = 0;
      while (!publish(sequence, intake, stop)) {
        failures = progress.transactions() == committedBefore ? failures + 1 : 1;
        committedBefore = progress.transactions();
        if (stop.await(RetryPolicy.patient().pause(failures, random))) {
          return;
        }
        intake = RetryPolicy.patient().call("go on", () -> open(stop), stop::await, random);
      }
    } catch (LogitstreamException e) {
      if (!stop.requested() || e.kind() != FailureKind.RETRYABLE) {
        throw e;
      }
      LOGGER.info("stopped while waiting: {}", e.getMessage());
    } finally {
      health.gone(COMPONENT);
    }
  }

  /** Publishes to the end or a stop; false if a failure asks for another intake. */
  private boolean publish(PromptSequence sequence, Intake intake, StopSignal stop)
      throws Exception {
    try (intake) {
      publishAll(sequence, intake, stop);
      return true;
    } catch (LogitstreamException | KafkaException e) {
      if (KafkaFailures.kindOf(e) != FailureKind.RETRYABLE) {
        throw e;
      }
      LOGGER.warn(
          "going on from the stored position: {}. {}",
          e.getMessage(),
          settings.kafka().lookedFor());
      health.ready(COMPONENT, false, String.valueOf(e.getMessage()));
      return false;
    }
  }

  private void publishAll(PromptSequence sequence, Intake intake, StopSignal stop)
      throws InterruptedException {
    long index = Continuation.goTo(sequence, intake.stored(), source);
    progress.startedAt(index);
    health.ready(COMPONENT, true, "publishes source " + source.name());
    Pace pace = new Pace(settings.promptsPerSecond(), System::nanoTime);
    PromptBatches batches =
        new PromptBatches(sequence, pace, settings.intake(), System::nanoTime, stop::await);
    boolean finished = Continuation.wasFinished(intake.stored()) && !sequence.hasNext();
    while (!finished && !stop.requested()) {
      List<SourcedPrompt> batch = batches.next();
      finished = !sequence.hasNext();
      if (batch.isEmpty() && !finished) {
        continue;
      }
      index += batch.size();
      intake.publish(batch, position(sequence, index, finished));
      progress.committed(batch, index);
    }
    if (finished) {
      progress.reachedEnd();
      LOGGER.info("source {} is at its end, after {} prompts", source.name(), index);
    }
  }

  private SourcePosition position(PromptSequence sequence, long nextIndex, boolean finished) {
    return SourcePosition.newBuilder()
        .setSource(source.name())
        .setNextIndex(nextIndex)
        .setLocation(sequence.location())
        .setFingerprint(sequence.fingerprint())
        .setFinished(finished)
        .setUpdatedAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
        .build();
  }

  private Intake begin(StopSignal stop) {
    try (Admin admin = clients.admin()) {
      Topics.verify(
          admin,
          List.of(
              settings.topics().specification(Topic.PROMPTS),
              settings.topics().specification(Topic.SOURCE_POSITIONS)));
    }
    return open(stop);
  }

  private Intake open(StopSignal stop) {
    health.ready(COMPONENT, false, "reads the position of source " + source.name());
    return writer.open(stop::requested);
  }
}
