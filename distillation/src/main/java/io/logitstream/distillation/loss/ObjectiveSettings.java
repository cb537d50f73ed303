package io.logitstream.distillation.loss;

import io.logitstream.schemas.LogitsEncoding;
import java.util.Optional;

/**
 * What is minimised: softWeight · τ² · KL(teacher ‖ student at τ) + (1 − softWeight) · −log
 * s(label), weighted by sequence and normalised over the whole step. The factor τ² keeps gradients
 * of one size over temperatures (Hinton et al., 2015, arXiv:1503.02531).
 *
 * @param softWeight share of the teacher's distribution in the loss, from 0 to 1; a sequence
 *     without one is trained on its labels alone
 * @param temperature τ of the soft loss; hard labels are always at 1
 */
public record ObjectiveSettings(double softWeight, double temperature) {
  private static final double SAME_TEMPERATURE = 1e-6;

  public ObjectiveSettings {
    if (!(softWeight >= 0 && softWeight <= 1)) {
      throw new IllegalArgumentException(
          "soft weight %s, expected from 0 to 1".formatted(softWeight));
    }
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature %s, expected finite, > 0".formatted(temperature));
    }
  }

  /** At temperature 1. */
  public ObjectiveSettings(double softWeight) {
    this(softWeight, 1);
  }

  /** Labels alone. */
  public static ObjectiveSettings hardLabels() {
    return new ObjectiveSettings(0);
  }

  /**
   * Why this objective cannot be had from records of an encoding, if it cannot.
   *
   * @param recordTemperature the temperature that the records' distributions were made at
   */
  public Optional<String> refusal(LogitsEncoding encoding, double recordTemperature) {
    return switch (encoding) {
      case LABELS ->
          softWeight > 0
              ? Optional.of(
                  "soft weight %s needs the teacher's distributions, and LABELS records carry none: use soft weight 0, or a teacher that writes SAMPLED or FULL"
                      .formatted(softWeight))
              : Optional.empty();
      case SAMPLED ->
          softWeight > 0 && !sameTemperature(recordTemperature)
              ? Optional.of(
                  "SAMPLED counts drawn at temperature %s cannot train at temperature %s: use that temperature, or FULL records"
                      .formatted(recordTemperature, temperature))
              : Optional.empty();
      case FULL -> Optional.empty();
      case TOP_K, UNKNOWN ->
          Optional.of(
              "the losses read LABELS, SAMPLED and FULL records, not %s".formatted(encoding));
    };
  }

  /** Whether counts drawn at that temperature serve this objective. */
  public boolean sameTemperature(double recordTemperature) {
    return Math.abs(recordTemperature - temperature) <= SAME_TEMPERATURE * temperature;
  }
}
