package io.logitstream.trainer.verification;

/** Told how far a verification has come. */
@FunctionalInterface
public interface VerificationProgress {
  /**
   * A step was taken again.
   *
   * @param taken steps that were taken so far
   * @param all those that lead from the ancestor to the checkpoint
   */
  void step(long taken, long all);
}
