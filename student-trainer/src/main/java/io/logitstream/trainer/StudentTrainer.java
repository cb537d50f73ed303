package io.logitstream.trainer;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.trainer.training.TrainerClock;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Trains a student from the log of a teacher's logits, exactly once: from its newest checkpoint on,
 * in the canonical order, until a stop is asked for or the training's end is reached. Then it
 * leaves a checkpoint of its last step.
 */
public final class StudentTrainer implements Service {
  static final String COMPONENT = "trainer";

  private final TrainerSettings settings;
  private final KafkaSettings kafka;
  private final MeterRegistry meters;
  private final Health health;
  private final TrainerProgress progress;

  /**
   * @param meters where the trainer's meters are registered
   * @param health told whether the trainer is ready
   * @param progress told of every step, evaluation and checkpoint
   */
  public StudentTrainer(
      TrainerSettings settings,
      KafkaSettings kafka,
      MeterRegistry meters,
      Health health,
      TrainerProgress progress) {
    this.settings = settings;
    this.kafka = kafka;
    this.meters = meters;
    this.health = health;
    this.progress = progress;
    health.ready(COMPONENT, false, "starting");
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
    try (TrainingSession session =
        new TrainingSession(settings, kafka, meters, health, progress, TrainerClock.system())) {
      session.run(stop);
    } finally {
      health.gone(COMPONENT);
      progress.phase(TrainerProgress.Phase.ENDED);
    }
  }
}
