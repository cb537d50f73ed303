package io.logitstream.trainer.training;

import io.logitstream.distillation.loss.ObjectiveChange;
import io.logitstream.distillation.loss.ObjectiveSettings;
import io.logitstream.distillation.loss.SoftMix;
import io.logitstream.distillation.loss.TopKTail;
import io.logitstream.platform.config.Configuration;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.platform.config.Setting;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The settings of the objective. */
final class LossSettings {
  private static final Setting<String> SOFT =
      Setting.nonEmptyText(
          "loss.soft",
          SoftMix.FORWARD_KL.label(),
          "Divergence of the soft loss, or several with their weights, NAME:WEIGHT separated by"
              + " commas: forward-kl, reverse-kl, jensen-shannon(BETA), skewed-forward-kl(ALPHA),"
              + " skewed-reverse-kl(ALPHA), total-variation. All but forward-kl need TOP_K"
              + " or FULL records.");
  static final Setting<Double> SOFT_WEIGHT =
      Setting.decimal(
          "loss.soft-weight",
          0.9,
          0,
          1,
          "Share of the teacher's distribution in the loss; 0 trains on hard labels alone.");
  private static final Setting<Double> TEMPERATURE =
      Setting.decimal("loss.temperature", 1, 0.01, 100, "Temperature of the soft loss.");
  private static final Setting<TopKTail> TOP_K_TAIL =
      Setting.choice(
          "loss.top-k-tail",
          TopKTail.class,
          TopKTail.BUCKET,
          "What the soft loss makes of the mass that top-k records leave to ids that they do not"
              + " name: bucket (one more outcome, beside the k) or renormalised (nothing: the k"
              + " are taken for all).");
  private static final Setting<Optional<String>> FINAL_SOFT =
      Setting.optionalText(
          "loss.final-soft",
          "What loss.soft becomes over loss.change-steps; as it is if left out.");
  private static final Setting<Optional<String>> FINAL_SOFT_WEIGHT =
      Setting.optionalText(
          "loss.final-soft-weight",
          "What loss.soft-weight becomes over loss.change-steps, from 0 to 1; as it is if left"
              + " out.");
  private static final Setting<Long> CHANGE_AFTER_STEPS =
      Setting.whole(
          "loss.change-after-steps",
          0,
          0,
          ObjectiveChange.MAX_STEPS,
          "Steps before the loss begins to change.");
  private static final Setting<Long> CHANGE_STEPS =
      Setting.whole(
          "loss.change-steps",
          0,
          0,
          ObjectiveChange.MAX_STEPS,
          "Steps over which the loss changes, in a straight line; 0 for a loss that does not.");

  static final List<Setting<?>> SETTINGS =
      List.of(
          SOFT,
          SOFT_WEIGHT,
          TEMPERATURE,
          TOP_K_TAIL,
          FINAL_SOFT,
          FINAL_SOFT_WEIGHT,
          CHANGE_AFTER_STEPS,
          CHANGE_STEPS);

  private LossSettings() {}

  static ObjectiveSettings from(Configuration configuration) {
    return new ObjectiveSettings(
        configuration.get(SOFT_WEIGHT),
        configuration.get(TEMPERATURE),
        mix(SOFT, configuration.get(SOFT)),
        change(configuration),
        configuration.get(TOP_K_TAIL));
  }

  /** What the result depends on, by key; what is as it always was is left out. */
  static Map<String, String> identity(ObjectiveSettings objective) {
    Map<String, String> identity = new TreeMap<>();
    identity.put(SOFT_WEIGHT.name(), Double.toString(objective.softWeight()));
    identity.put(TEMPERATURE.name(), Double.toString(objective.temperature()));
    if (!objective.mix().equals(SoftMix.FORWARD_KL)) {
      identity.put(SOFT.name(), objective.mix().label());
    }
    if (objective.topKTail() != TopKTail.BUCKET) {
      identity.put(TOP_K_TAIL.name(), objective.topKTail().toString().toLowerCase(Locale.ROOT));
    }
    objective
        .change()
        .ifPresent(
            change -> {
              identity.put(FINAL_SOFT.name(), change.mix().label());
              identity.put(FINAL_SOFT_WEIGHT.name(), Double.toString(change.softWeight()));
              identity.put(CHANGE_AFTER_STEPS.name(), Long.toString(change.afterSteps()));
              identity.put(CHANGE_STEPS.name(), Long.toString(change.steps()));
            });
    return identity;
  }

  private static Optional<ObjectiveChange> change(Configuration configuration) {
    long steps = configuration.get(CHANGE_STEPS);
    Optional<String> soft = configuration.get(FINAL_SOFT);
    Optional<String> softWeight = configuration.get(FINAL_SOFT_WEIGHT);
    boolean named = soft.isPresent() || softWeight.isPresent();
    if (named != steps > 0) {
      throw new ConfigurationException(
          "a loss that changes needs %s, and %s or %s: give both, or neither"
              .formatted(CHANGE_STEPS.name(), FINAL_SOFT.name(), FINAL_SOFT_WEIGHT.name()));
    }
    if (!named) {
      return Optional.empty();
    }
    return Optional.of(
        new ObjectiveChange(
            softWeight
                .map(LossSettings::softWeight)
                .orElseGet(() -> configuration.get(SOFT_WEIGHT)),
            soft.map(text -> mix(FINAL_SOFT, text))
                .orElseGet(() -> mix(SOFT, configuration.get(SOFT))),
            configuration.get(CHANGE_AFTER_STEPS),
            steps));
  }

  private static SoftMix mix(Setting<?> setting, String text) {
    try {
      return SoftMix.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ConfigurationException(setting.name() + ": " + e.getMessage());
    }
  }

  private static double softWeight(String text) {
    try {
      double value = Double.parseDouble(text);
      if (value >= 0 && value <= 1) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new ConfigurationException(refusal(text));
    }
    throw new ConfigurationException(refusal(text));
  }

  private static String refusal(String text) {
    return "%s is '%s', expected a number from 0 to 1".formatted(FINAL_SOFT_WEIGHT.name(), text);
  }
}
