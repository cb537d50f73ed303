package io.logitstream.trainer;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.trainer.evaluation.EvaluationSettings;
import io.logitstream.trainer.gate.GateSettings;
import io.logitstream.trainer.ingest.IngestSettings;
import io.logitstream.trainer.planning.PlanSettings;
import io.logitstream.trainer.recovery.CheckpointSettings;
import io.logitstream.trainer.rehearsal.RehearsalSettings;
import io.logitstream.trainer.replay.ReplaySettings;
import io.logitstream.trainer.training.TrainingSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * How a student is trained.
 *
 * @param run the run: names its checkpoints, its ledger and its consumer group
 * @param maxSteps the step after which training ends; 0 for none
 * @param stopWhenIdle whether training ends when the log has been read to its end; the records left
 *     then make a last, smaller step
 * @param idleTime how long the log must have had nothing new before that
 * @param acceptLoss whether a start goes on where the log lacks records that were not trained on
 */
public record TrainerSettings(
    String run,
    IngestSettings ingest,
    PlanSettings plan,
    RehearsalSettings rehearsal,
    TrainingSettings training,
    EvaluationSettings evaluation,
    CheckpointSettings checkpoint,
    GateSettings gate,
    ReplaySettings replay,
    long maxSteps,
    boolean stopWhenIdle,
    Duration idleTime,
    boolean acceptLoss) {
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

  private static final Setting<Boolean> ACCEPT_LOSS =
      Setting.flag(
          "train.accept-loss",
          false,
          "Whether a start goes on where the log lacks records that were not trained on; the run's"
              + " ledger tells which. For one start: do not leave it in a file.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      Stream.of(
              List.<Setting<?>>of(RUN, MAX_STEPS, STOP_WHEN_IDLE, IDLE_TIME, ACCEPT_LOSS),
              IngestSettings.SETTINGS,
              PlanSettings.SETTINGS,
              RehearsalSettings.SETTINGS,
              TrainingSettings.SETTINGS,
              EvaluationSettings.SETTINGS,
              CheckpointSettings.SETTINGS,
              GateSettings.SETTINGS,
              ReplaySettings.SETTINGS)
          .<Setting<?>>flatMap(List::stream)
          .toList();

  public TrainerSettings {
    RecordKeys.segment(RUN.name(), run);
    if (gate.isOn() && evaluation.windows() == 0) {
      throw new ConfigurationException(
          "gate.every-steps is %d, and evaluation.windows is 0: the gate measures on the pinned evaluation sets"
              .formatted(gate.everySteps()));
    }
    checkRehearsal(rehearsal, plan);
  }

  private static void checkRehearsal(RehearsalSettings rehearsal, PlanSettings plan) {
    if (rehearsal.isOn() && rehearsal.records(plan.stepRecords()) == 0) {
      throw new ConfigurationException(
          "rehearsal.share is %s, and a step has %d records: that is less than half of one. Raise one of them"
              .formatted(rehearsal.share(), plan.stepRecords()));
    }
  }

  /** Reads the settings. */
  public static TrainerSettings from(Configuration configuration) {
    return new TrainerSettings(
        configuration.get(RUN),
        IngestSettings.from(configuration),
        PlanSettings.from(configuration),
        RehearsalSettings.from(configuration),
        TrainingSettings.from(configuration),
        EvaluationSettings.from(configuration),
        CheckpointSettings.from(configuration),
        GateSettings.from(configuration),
        ReplaySettings.from(configuration),
        configuration.get(MAX_STEPS),
        configuration.get(STOP_WHEN_IDLE),
        configuration.get(IDLE_TIME),
        configuration.get(ACCEPT_LOSS));
  }

  /**
   * The settings of {@link #identity()} that may change within a run: rates, weights, bounds, and
   * how steps are cut. A change is an entry in the run's ledger.
   */
  public static Set<String> mayChange() {
    Set<String> keys = new TreeSet<>(TrainingSettings.MAY_CHANGE);
    keys.addAll(GateSettings.KEYS);
    keys.addAll(RehearsalSettings.KEYS);
    return keys;
  }

  /** These settings with other ones of training. */
  TrainerSettings with(TrainingSettings other) {
    return new TrainerSettings(
        run,
        ingest,
        plan,
        rehearsal,
        other,
        evaluation,
        checkpoint,
        gate,
        replay,
        maxSteps,
        stopWhenIdle,
        idleTime,
        acceptLoss);
  }

  /** What the result depends on, by key; without what a start may choose. */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>(plan.identity());
    identity.putAll(training.identity());
    identity.putAll(gate.identity());
    identity.putAll(rehearsal.identity());
    return identity;
  }
}
