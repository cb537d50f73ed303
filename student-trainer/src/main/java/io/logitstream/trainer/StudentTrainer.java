package io.logitstream.trainer;

import io.logitstream.model.torchscript.ModelMemoryException;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaFailures;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicSettings;
import io.logitstream.platform.lifecycle.RetryPolicy;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Trains a student from the log of a teacher's logits, exactly once: from its newest checkpoint on,
 * in the canonical order, until a stop is asked for or the training's end is reached. Then it
 * leaves a checkpoint of its last step.
 *
 * <p>What the environment may mend ends a session, not the trainer: it takes the run over again, if
 * no other trainer has, and goes on from what stands.
 */
public final class StudentTrainer implements Service {
  static final String COMPONENT = "trainer";

  private static final Logger LOGGER = LoggerFactory.getLogger(StudentTrainer.class);

  /** What the surroundings may mend is waited for, however long: a stop ends it. */
  private static final RetryPolicy SESSIONS = RetryPolicy.patient();

  private final TrainerSettings settings;
  private final KafkaSettings kafka;
  private final TopicSettings topics;
  private final MeterRegistry meters;
  private final Health health;
  private final TrainerProgress progress;
  private final TrainerPorts ports;

  /**
   * @param topics what the pipeline's topics must be, verified at every start
   * @param meters where the trainer's meters are registered
   * @param health told whether the trainer is ready
   * @param progress told of every step, evaluation and checkpoint
   */
  public StudentTrainer(
      TrainerSettings settings,
      KafkaSettings kafka,
      TopicSettings topics,
      MeterRegistry meters,
      Health health,
      TrainerProgress progress) {
    this(settings, kafka, topics, meters, health, progress, TrainerPorts.production());
  }

  /**
   * As the other constructor.
   *
   * @param ports what the trainer touches of the world
   */
  public StudentTrainer(
      TrainerSettings settings,
      KafkaSettings kafka,
      TopicSettings topics,
      MeterRegistry meters,
      Health health,
      TrainerProgress progress,
      TrainerPorts ports) {
    this.settings = settings;
    this.kafka = kafka;
    this.topics = topics;
    this.meters = meters;
    this.health = health;
    this.progress = progress;
    this.ports = ports;
    health.ready(COMPONENT, false, "starting");
  }

  /** How it stands, for any thread. */
  public TrainerStatus status() {
    return progress.status(settings.run());
  }

  /**
   * Trains.
   *
   * @throws io.logitstream.platform.LogitstreamException FENCED if another trainer took the run
   *     over; CONFIGURATION if the settings are not those that the run was started with, if records
   *     are gone or the topic is another
   */
  @Override
  public void run(StopSignal stop) throws Exception {
    TrainerMeters trainerMeters = new TrainerMeters(meters);
    RandomGenerator random = ports.execution().random();
    try {
      long incarnation = 0;
      int failures = 0;
      while (true) {
        TrainingSession session =
            new TrainingSession(
                settings,
                new TrainingSession.Surroundings(
                    kafka, topics, meters, trainerMeters, health, progress, ports),
                incarnation);
        try (session) {
          session.run(stop);
          if (!session.mustReopen() || stop.requested()) {
            return;
          }
          incarnation = session.incarnation();
          failures = 0;
          continue;
        } catch (LogitstreamException | KafkaException problem) {
          LogitstreamException e = classified(problem);
          incarnation = session.incarnation();
          failures = session.hasCommitted() ? 1 : failures + 1;
          if (!mayGoOn(e, stop)) {
            throw e;
          }
          health.ready(COMPONENT, false, String.valueOf(e.getMessage()));
          Duration pause = SESSIONS.pause(failures, random);
          LOGGER.warn(
              "going on from the newest checkpoint in {} ms: {}. {}",
              pause.toMillis(),
              e.getMessage(),
              kafka.lookedFor());
          if (stop.await(pause)) {
            return;
          }
        } catch (ModelMemoryException e) {
          throw outOfMemory(e);
        }
      }
    } finally {
      health.gone(COMPONENT);
      progress.phase(TrainerProgress.Phase.ENDED);
    }
  }

  private static LogitstreamException classified(RuntimeException problem) {
    return problem instanceof LogitstreamException known
        ? known
        : new LogitstreamException(
            KafkaFailures.kindOf(problem), "training failed: " + problem, problem);
  }

  private LogitstreamException outOfMemory(ModelMemoryException failure) {
    return new LogitstreamException(
        FailureKind.FATAL,
        ("could not take a step: %s. Lower train.micro-batch-tokens (%d), set train.recompute-layers"
                + " to true, or train where there is more memory; the newest checkpoint stands")
            .formatted(failure.getMessage(), settings.training().microBatchTokens()),
        failure);
  }

  private static boolean mayGoOn(LogitstreamException failure, StopSignal stop) {
    return failure.kind() == FailureKind.RETRYABLE
        && !stop.requested()
        && !Thread.currentThread().isInterrupted();
  }
}
