package io.logitstream.distillation.optimizer;

import java.util.Optional;

/**
 * AdamW with bias correction and decoupled weight decay (Loshchilov and Hutter, arXiv:1711.05101),
 * the gradient's norm clipped.
 *
 * @param schedule the learning rate of each step
 * @param beta1 decay of the first moment, from 0 to below 1
 * @param beta2 decay of the second moment, from 0 to below 1
 * @param epsilon added to the root of the second moment
 * @param weightDecay decay of matrices, as a share of the learning rate; vectors (norms) do not
 *     decay
 * @param clipNorm greatest Euclidean norm of the whole gradient; 0 for no clipping
 * @param averages of the weights, kept beside them
 * @param freezing the weights that are not trained
 * @param muon what updates the layers' matrices instead; empty: AdamW updates all weights
 */
public record OptimizerSettings(
    LearningRateSchedule schedule,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double clipNorm,
    AverageSettings averages,
    Freezing freezing,
    Optional<Muon> muon) {
  public OptimizerSettings {
    check(beta1 >= 0 && beta1 < 1, "beta1", beta1, ">= 0 and < 1");
    check(beta2 >= 0 && beta2 < 1, "beta2", beta2, ">= 0 and < 1");
    check(epsilon > 0 && Double.isFinite(epsilon), "epsilon", epsilon, "> 0");
    check(weightDecay >= 0 && Double.isFinite(weightDecay), "weight decay", weightDecay, ">= 0");
    check(clipNorm >= 0 && Double.isFinite(clipNorm), "clip norm", clipNorm, ">= 0");
  }

  /** AdamW trains all weights, and no averages are kept. */
  public OptimizerSettings(
      LearningRateSchedule schedule,
      double beta1,
      double beta2,
      double epsilon,
      double weightDecay,
      double clipNorm) {
    this(
        schedule,
        beta1,
        beta2,
        epsilon,
        weightDecay,
        clipNorm,
        AverageSettings.NONE,
        Freezing.NONE,
        Optional.empty());
  }

  /**
   * Betas 0.9 and 0.95, epsilon 1e-8, weight decay 0.1, norm clipped at 1: what language models are
   * commonly trained with.
   */
  public static OptimizerSettings of(LearningRateSchedule schedule) {
    return new OptimizerSettings(schedule, 0.9, 0.95, 1e-8, 0.1, 1);
  }

  /** The factor that brings a gradient of that norm within {@link #clipNorm()}. */
  public double clipFactor(double gradientNorm) {
    return clipNorm > 0 && gradientNorm > clipNorm ? clipNorm / gradientNorm : 1;
  }

  private static void check(boolean holds, String name, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s, expected %s".formatted(name, value, expected));
    }
  }
}
