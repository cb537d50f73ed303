package io.logitstream.distillation.loss;

import io.logitstream.schemas.LogitsEncoding;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What is minimised: softWeight · τ² · Σ share · D(teacher, student at τ) + (1 − softWeight) · −log
 * s(label), weighted by position and sequence and normalised over the whole step. The factor τ²
 * keeps gradients of one size over temperatures (Hinton et al., 2015, arXiv:1503.02531).
 *
 * @param softWeight share of the teacher's distribution in the loss, from 0 to 1; a sequence
 *     without one is trained on its labels alone
 * @param temperature τ of the soft loss; hard labels are always at 1
 * @param mix the divergences that the soft loss consists of
 * @param change what softWeight and mix become, if they change
 * @param topKTail what becomes of the mass that TOP_K records leave to their tails
 */
public record ObjectiveSettings(
    double softWeight,
    double temperature,
    SoftMix mix,
    Optional<ObjectiveChange> change,
    TopKTail topKTail) {
  private static final double SAME_TEMPERATURE = 1e-6;

  public ObjectiveSettings {
    checkSoftWeight(softWeight);
    if (!(temperature > 0 && Double.isFinite(temperature))) {
      throw new IllegalArgumentException(
          "temperature %s, expected finite, > 0".formatted(temperature));
    }
  }

  /** With tails as an outcome of their own. */
  public ObjectiveSettings(
      double softWeight, double temperature, SoftMix mix, Optional<ObjectiveChange> change) {
    this(softWeight, temperature, mix, change, TopKTail.BUCKET);
  }

  /** Forward KL for ever. */
  public ObjectiveSettings(double softWeight, double temperature) {
    this(softWeight, temperature, SoftMix.FORWARD_KL, Optional.empty());
  }

  /** Forward KL at temperature 1 for ever. */
  public ObjectiveSettings(double softWeight) {
    this(softWeight, 1);
  }

  /** Labels alone. */
  public static ObjectiveSettings hardLabels() {
    return new ObjectiveSettings(0);
  }

  static void checkSoftWeight(double softWeight) {
    if (!(softWeight >= 0 && softWeight <= 1)) {
      throw new IllegalArgumentException(
          "soft weight %s, expected from 0 to 1".formatted(softWeight));
    }
  }

  /** Every divergence that has a share at some step, in one order. */
  public List<Divergence> divergences() {
    Set<Divergence> all = new LinkedHashSet<>();
    mix.terms().forEach(term -> all.add(term.divergence()));
    change.ifPresent(to -> to.mix().terms().forEach(term -> all.add(term.divergence())));
    return List.copyOf(all);
  }

  /** Whether the soft loss is forward KL at every step. */
  public boolean isForwardKl() {
    return divergences().equals(List.of(new Divergence.ForwardKl()));
  }

  /**
   * Share of the soft loss at a step.
   *
   * @param step from 1
   */
  public double softWeightAt(long step) {
    return change.isEmpty()
        ? softWeight
        : between(softWeight, change.get().softWeight(), change.get().progressAt(step));
  }

  /**
   * Shares of {@link #divergences()} in the soft loss at a step.
   *
   * @param step from 1
   */
  public double[] sharesAt(long step) {
    return divergences().stream()
        .mapToDouble(
            divergence ->
                change.isEmpty()
                    ? mix.shareOf(divergence)
                    : between(
                        mix.shareOf(divergence),
                        change.get().mix().shareOf(divergence),
                        change.get().progressAt(step)))
        .toArray();
  }

  private static double between(double from, double to, double progress) {
    return from + (to - from) * progress;
  }

  /**
   * Why this objective cannot be had from records of an encoding, if it cannot.
   *
   * @param recordTemperature the temperature that the records' distributions were made at
   */
  public Optional<String> refusal(LogitsEncoding encoding, double recordTemperature) {
    return switch (encoding) {
      case LABELS ->
          usesTeacher()
              ? Optional.of(
                  "soft weight %s needs the teacher's distributions, and LABELS records carry none: use soft weight 0, or a teacher that writes SAMPLED, TOP_K or FULL"
                      .formatted(greatestSoftWeight()))
              : Optional.empty();
      case SAMPLED -> usesTeacher() ? sampledRefusal(recordTemperature) : Optional.empty();
      case TOP_K -> usesTeacher() ? topKRefusal(recordTemperature) : Optional.empty();
      case FULL -> Optional.empty();
      case UNKNOWN ->
          Optional.of(
              "the losses read LABELS, SAMPLED, TOP_K and FULL records, not %s"
                  .formatted(encoding));
    };
  }

  private Optional<String> sampledRefusal(double recordTemperature) {
    for (Divergence divergence : divergences()) {
      if (!divergence.isLinearInTeacher()) {
        return Optional.of(
            "%s is not linear in the teacher's probabilities, so SAMPLED counts give no unbiased estimate of it: use loss.soft=forward-kl, or a teacher that writes TOP_K or FULL (docs/losses.md has the table)"
                .formatted(divergence.label()));
      }
    }
    return sameTemperature(recordTemperature)
        ? Optional.empty()
        : Optional.of(
            "SAMPLED counts drawn at temperature %s cannot train at temperature %s: use that temperature, or FULL records"
                .formatted(recordTemperature, temperature));
  }

  private Optional<String> topKRefusal(double recordTemperature) {
    for (Divergence divergence : divergences()) {
      if (topKTail == TopKTail.RENORMALISED && !divergence.isBoundedWithoutTeacher()) {
        return Optional.of(
            "%s is without bound where the teacher has no mass, and loss.top-k-tail=renormalised takes it from all ids but k: use loss.top-k-tail=bucket"
                .formatted(divergence.label()));
      }
    }
    return sameTemperature(recordTemperature)
        ? Optional.empty()
        : Optional.of(
            "TOP_K distributions made at temperature %s cannot train at temperature %s, since the mass of the rest cannot be tempered: use that temperature, or FULL records"
                .formatted(recordTemperature, temperature));
  }

  private boolean usesTeacher() {
    return greatestSoftWeight() > 0;
  }

  private double greatestSoftWeight() {
    return Math.max(softWeight, change.map(ObjectiveChange::softWeight).orElse(0.0));
  }

  /** Whether counts drawn at that temperature serve this objective. */
  public boolean sameTemperature(double recordTemperature) {
    return Math.abs(recordTemperature - temperature) <= SAME_TEMPERATURE * temperature;
  }
}
