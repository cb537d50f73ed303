package io.logitstream.trainer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.trainer.evaluation.EvaluationSettings;
import io.logitstream.trainer.ingest.IngestSettings;
import io.logitstream.trainer.planning.PlanSettings;
import io.logitstream.trainer.recovery.CheckpointSettings;
import io.logitstream.trainer.training.TrainingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * How a student is trained.
 *
 * @param run the run: names its checkpoints, its ledger and its consumer group
 * @param maxSteps the step after which training ends; 0 for none
 * @param stopWhenIdle whether training ends when the log has been read to its end; the records left
 *     then make a last, smaller step
 * @param idleTime how long the log must have had nothing new before that
 */
public record TrainerSettings(
    String run,
    IngestSettings ingest,
    PlanSettings plan,
    TrainingSettings training,
    EvaluationSettings evaluation,
    CheckpointSettings checkpoint,
    long maxSteps,
    boolean stopWhenIdle,
    Duration idleTime) {
  private static final Setting<String> RUN =
      Setting.text(
          "run", "student", "The run: names its checkpoints, its ledger and its consumer group.");
  private static final Setting<Long> MAX_STEPS =
      Setting.whole(
          "train.max-steps",
          0,
          0,
          Long.MAX_VALUE,
          "Step after which training ends, counted from the run's start; 0 for none.");
  private static final Setting<Boolean> STOP_WHEN_IDLE =
      Setting.flag(
          "train.stop-when-idle",
          false,
          "Whether training ends when the log has been read to its end.");
  private static final Setting<Duration> IDLE_TIME =
      Setting.duration(
          "train.idle-time",
          "5s",
          "How long the log must have had nothing new before train.stop-when-idle ends training.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              List.<Setting<?>>of(RUN, MAX_STEPS, STOP_WHEN_IDLE, IDLE_TIME),
              IngestSettings.SETTINGS,
              PlanSettings.SETTINGS,
              TrainingSettings.SETTINGS,
              EvaluationSettings.SETTINGS,
              CheckpointSettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  public TrainerSettings {
    RecordKeys.segment(RUN.name(), run);
  }

  /** Reads the settings. */
  public static TrainerSettings from(Configuration configuration) {
    return new TrainerSettings(
        configuration.get(RUN),
        IngestSettings.from(configuration),
        PlanSettings.from(configuration),
        TrainingSettings.from(configuration),
        EvaluationSettings.from(configuration),
        CheckpointSettings.from(configuration),
        configuration.get(MAX_STEPS),
        configuration.get(STOP_WHEN_IDLE),
        configuration.get(IDLE_TIME));
  }

  /** What the result depends on, by key; without the compute type, which may be probed. */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>(plan.identity());
    identity.putAll(training.identity());
    return identity;
  }
}
