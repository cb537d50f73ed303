package io.logitstream.trainer.gate;

import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * When the gate measures a checkpoint, and what it lets pass. As a rollback changes what is
 * learned, all of it decides the result, and all of it may change within a run.
 *
 * @param everySteps steps between the gate's checkpoints; 0 for no gate
 * @param margin how much worse the forward KL of a domain that was trained on may become, as a
 *     share of that of the last accepted checkpoint
 * @param untrainedMargin the same of domains that were not trained on since, where no domain that
 *     was trained on is measured
 * @param floorNats how much worse a domain may become in any case, in nats a token
 * @param rejections rejected checkpoints in a row after which the run goes back to the last
 *     accepted one
 * @param maxRollbacks how often it may go back in a row; it decides nothing that is learned
 */
public record GateSettings(
    long everySteps,
    double margin,
    double untrainedMargin,
    double floorNats,
    int rejections,
    int maxRollbacks) {
  private static final Setting<Long> EVERY_STEPS =
      Setting.whole(
          "gate.every-steps",
          0,
          0,
          Long.MAX_VALUE,
          "Steps between checkpoints that the gate measures on the pinned evaluation sets and"
              + " accepts or rejects; 0 for no gate.");
  private static final Setting<Double> MARGIN =
      Setting.decimal(
          "gate.margin",
          0.1,
          0,
          1e6,
          "How much worse the KL of a domain that was trained on may become against the last accepted"
              + " checkpoint, as a share of its KL.");
  private static final Setting<Double> UNTRAINED_MARGIN =
      Setting.decimal(
          "gate.untrained-margin",
          1,
          0,
          1e6,
          "The same of domains that were not trained on since the last accepted checkpoint, where none"
              + " that was trained on has a pinned evaluation set; otherwise they are not judged.");
  private static final Setting<Double> FLOOR =
      Setting.decimal(
          "gate.floor",
          0.02,
          0,
          1e6,
          "How much worse the KL of any domain may become, in nats a token, whatever its share.");
  private static final Setting<Integer> REJECTIONS =
      Setting.integer(
          "gate.rejections",
          3,
          1,
          1000,
          "Rejected checkpoints in a row after which the run goes on from the last accepted one.");

  private static final Setting<Integer> MAX_ROLLBACKS =
      Setting.integer(
          "gate.max-rollbacks",
          5,
          1,
          1000,
          "How often in a row the run may go back, without an accepted checkpoint in between; then it"
              + " stops.");

  /** The settings of this record. */
  public static final List<Setting<?>> SETTINGS =
      List.of(EVERY_STEPS, MARGIN, UNTRAINED_MARGIN, FLOOR, REJECTIONS, MAX_ROLLBACKS);

  /** The keys of {@link #identity()}, which may all change within a run. */
  public static final Set<String> KEYS =
      SETTINGS.stream().map(Setting::name).collect(Collectors.toUnmodifiableSet());

  /** Reads the settings. */
  public static GateSettings from(Configuration configuration) {
    return new GateSettings(
        configuration.get(EVERY_STEPS),
        configuration.get(MARGIN),
        configuration.get(UNTRAINED_MARGIN),
        configuration.get(FLOOR),
        configuration.get(REJECTIONS),
        configuration.get(MAX_ROLLBACKS));
  }

  /** Whether there is a gate. */
  public boolean isOn() {
    return everySteps > 0;
  }

  /** Whether the checkpoint of a step is measured. */
  public boolean isDue(long step) {
    return isOn() && step % everySteps == 0;
  }

  /** What the result depends on, by key; nothing without a gate. */
  public Map<String, String> identity() {
    Map<String, String> identity = new TreeMap<>();
    if (isOn()) {
      identity.put(EVERY_STEPS.name(), Long.toString(everySteps));
      identity.put(MARGIN.name(), Double.toString(margin));
      identity.put(UNTRAINED_MARGIN.name(), Double.toString(untrainedMargin));
      identity.put(FLOOR.name(), Double.toString(floorNats));
      identity.put(REJECTIONS.name(), Integer.toString(rejections));
    }
    return identity;
  }
}
