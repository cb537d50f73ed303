package io.logitstream.console.bench;

import io.logitstream.schemas.TrainingStep;
import io.logitstream.trainer.TrainerProgress;

/**
 * How fast a trainer takes the steps after its first ones, by the clock on the wall from the end of
 * one step to the end of another: whatever the loop does in between counts. Told of steps by the
 * trainer's thread.
 */
final class LoopPace implements TrainerProgress.Listener {
  private final long warmupSteps;
  private long startNanos;
  private long endNanos;
  private long steps;
  private double waitMs;

  /**
   * @param warmupSteps steps that do not count, at least 1: from the end of the last one on it does
   */
  LoopPace(int warmupSteps) {
    this.warmupSteps = warmupSteps;
  }

  @Override
  public synchronized void stepTaken(TrainingStep step) {
    long nowNanos = System.nanoTime();
    if (step.getStep() == warmupSteps) {
      startNanos = nowNanos;
    } else if (step.getStep() > warmupSteps) {
      steps++;
      waitMs += step.getWaitMs();
      endNanos = nowNanos;
    }
  }

  /** Steps that count. */
  synchronized long steps() {
    return steps;
  }

  /** Milliseconds of all steps that count. */
  synchronized double totalMs() {
    return (endNanos - startNanos) / 1e6;
  }

  /**
   * Milliseconds of them in which the loop filled its batches: it waited, or took what was there.
   */
  synchronized double waitMs() {
    return waitMs;
  }
}
