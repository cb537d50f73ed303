package io.logitstream.trainer.training;

import io.logitstream.distillation.optimizer.DecayShape;
import io.logitstream.distillation.optimizer.LearningRateSchedule;
import io.logitstream.distillation.optimizer.LearningRateSchedule.Decay;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The settings of the learning rate's schedule. */
final class ScheduleSettings {
  private static final Setting<Double> LEARNING_RATE =
      Setting.decimal(
          "optimizer.learning-rate", 1e-3, 1e-12, 1e3, "Learning rate after the warm-up.");
  private static final Setting<Long> WARMUP_STEPS =
      Setting.whole(
          "optimizer.warmup-steps",
          100,
          0,
          LearningRateSchedule.MAX_STEPS,
          "Steps over which the learning rate rises from 0.");
  private static final Setting<DecayChoice> DECAY =
      Setting.choice(
          "optimizer.decay",
          DecayChoice.class,
          DecayChoice.NONE,
          "How the learning rate falls after the warm-up and the stable steps; none keeps it for"
              + " ever, as a stream without an end needs it.");
  private static final Setting<Long> STABLE_STEPS =
      Setting.whole(
          "optimizer.stable-steps",
          0,
          0,
          LearningRateSchedule.MAX_STEPS,
          "Steps at the full learning rate between warm-up and decay.");
  private static final Setting<Long> DECAY_STEPS =
      Setting.whole(
          "optimizer.decay-steps",
          0,
          0,
          LearningRateSchedule.MAX_STEPS,
          "Steps over which the learning rate falls; needed for a decay.");
  private static final Setting<Double> FINAL_SHARE =
      Setting.decimal(
          "optimizer.final-share",
          0.1,
          0,
          1,
          "The learning rate after the decay, as a share of the full one.");
  private static final Setting<Boolean> RESTART =
      Setting.flag(
          "optimizer.restart",
          false,
          "Whether the warm-up begins anew after each decay; otherwise the rate stays low.");

  static final List<Setting<?>> SETTINGS =
      List.of(LEARNING_RATE, WARMUP_STEPS, DECAY, STABLE_STEPS, DECAY_STEPS, FINAL_SHARE, RESTART);

  private ScheduleSettings() {}

  static LearningRateSchedule from(Configuration configuration) {
    return new LearningRateSchedule(
        configuration.get(LEARNING_RATE), configuration.get(WARMUP_STEPS), decay(configuration));
  }

  /** What the result depends on, by key; the decay's keys only where there is one. */
  static Map<String, String> identity(LearningRateSchedule schedule) {
    Map<String, String> identity = new TreeMap<>();
    identity.put(LEARNING_RATE.name(), Double.toString(schedule.peak()));
    identity.put(WARMUP_STEPS.name(), Long.toString(schedule.warmupSteps()));
    schedule
        .decay()
        .ifPresent(
            decay -> {
              identity.put(DECAY.name(), decay.shape().name());
              identity.put(STABLE_STEPS.name(), Long.toString(decay.stableSteps()));
              identity.put(DECAY_STEPS.name(), Long.toString(decay.steps()));
              identity.put(FINAL_SHARE.name(), Double.toString(decay.finalShare()));
              identity.put(RESTART.name(), Boolean.toString(decay.restart()));
            });
    return identity;
  }

  private static Optional<Decay> decay(Configuration configuration) {
    long steps = configuration.get(DECAY_STEPS);
    return switch (configuration.get(DECAY)) {
      case NONE -> {
        if (steps > 0) {
          throw new ConfigurationException(
              List.of(
                  "%s is %d, and %s is none: choose linear or cosine, or leave the steps out"
                      .formatted(DECAY_STEPS.name(), steps, DECAY.name())));
        }
        yield Optional.empty();
      }
      case LINEAR -> Optional.of(decay(DecayShape.LINEAR, steps, configuration));
      case COSINE -> Optional.of(decay(DecayShape.COSINE, steps, configuration));
    };
  }

  private static Decay decay(DecayShape shape, long steps, Configuration configuration) {
    if (steps == 0) {
      throw new ConfigurationException(
          List.of(
              "%s is %s, and %s is 0: say over how many steps the rate falls"
                  .formatted(DECAY.name(), shape, DECAY_STEPS.name())));
    }
    return new Decay(
        shape,
        configuration.get(STABLE_STEPS),
        steps,
        configuration.get(FINAL_SHARE),
        configuration.get(RESTART));
  }
}
