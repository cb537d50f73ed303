package io.logitstream.trainer;

import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.Service;
import io.logitstream.platform.lifecycle.StopSignal;
import io.micrometer.core.instrument.MeterRegistry;

/** Trains a student from the log of a teacher's logits, exactly once. */
public final class StudentTrainer implements Service {
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
      TrainerProgress progress) {}

  @Override
  public void run(StopSignal stop) throws Exception {
    throw new UnsupportedOperationException("the loop follows");
  }
}
