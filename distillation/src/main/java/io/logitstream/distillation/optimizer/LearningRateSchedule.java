package io.logitstream.distillation.optimizer;

import java.util.Optional;

/**
 * The learning rate as a function of the step alone: a linear warm-up, the peak for as long as it
 * is stable, and from then on a decay, if there is one. Without stable steps that is the common
 * cosine or linear schedule, with them warm-up–stable–decay (Hu et al., MiniCPM, arXiv:2404.06395),
 * and with a restart the cycles of re-warming (Ibrahim et al., arXiv:2403.08763).
 *
 * @param peak rate after the warm-up
 * @param warmupSteps steps until the peak is reached; 0 for none
 * @param decay the way down; without one the peak lasts for ever
 */
public record LearningRateSchedule(double peak, long warmupSteps, Optional<Decay> decay) {
  /** Longest part of a schedule, in steps. */
  public static final long MAX_STEPS = 1L << 40;

  /**
   * The way down from the peak.
   *
   * @param stableSteps steps at the peak before it
   * @param steps steps until the rate is at its lowest
   * @param finalShare the lowest rate, as a share of the peak, from 0 to 1
   * @param restart whether the warm-up begins anew after the last of the steps; otherwise the rate
   *     stays at its lowest
   */
  public record Decay(
      DecayShape shape, long stableSteps, long steps, double finalShare, boolean restart) {
    public Decay {
      check(stableSteps >= 0 && stableSteps <= MAX_STEPS, "stable steps", stableSteps, "0 to 2^40");
      check(steps >= 1 && steps <= MAX_STEPS, "decay steps", steps, "1 to 2^40");
      check(finalShare >= 0 && finalShare <= 1, "final share", finalShare, "0 to 1");
    }
  }

  public LearningRateSchedule {
    check(peak > 0 && Double.isFinite(peak), "learning rate", peak, "> 0");
    check(warmupSteps >= 0 && warmupSteps <= MAX_STEPS, "warm-up steps", warmupSteps, "0 to 2^40");
  }

  /** Warm-up, then the peak for ever. */
  public static LearningRateSchedule constant(double peak, long warmupSteps) {
    return new LearningRateSchedule(peak, warmupSteps, Optional.empty());
  }

  /**
   * The learning rate of a step.
   *
   * @param step from 1
   */
  public double rateAt(long step) {
    long inCycle = step;
    if (decay.isPresent() && decay.get().restart()) {
      inCycle = 1 + (step - 1) % (warmupSteps + decay.get().stableSteps() + decay.get().steps());
    }
    if (inCycle < warmupSteps) {
      return peak * inCycle / warmupSteps;
    }
    return decay.isPresent() ? decayed(decay.get(), inCycle) : peak;
  }

  private double decayed(Decay down, long step) {
    long done = step - warmupSteps - down.stableSteps();
    if (done <= 0) {
      return peak;
    }
    double remaining = down.shape().remaining(Math.min(1, (double) done / down.steps()));
    return peak * (down.finalShare() + (1 - down.finalShare()) * remaining);
  }

  private static void check(boolean holds, String name, Number value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException("%s %s, expected %s".formatted(name, value, expected));
    }
  }
}
