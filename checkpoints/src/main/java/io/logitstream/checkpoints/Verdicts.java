package io.logitstream.checkpoints;

import io.logitstream.schemas.CheckpointManifest;

/** What readers make of the gate's verdicts. */
public final class Verdicts {
  /** In the configuration of runs that have a gate. */
  private static final String GATE = "gate.every-steps";

  private Verdicts() {}

  /**
   * Whether followers may take a checkpoint: the gate accepted it, or its run has no gate. One that
   * a stop left between two steps of the gate was not measured. Verdicts that this build does not
   * know are no acceptance.
   */
  public static boolean mayBeFollowed(CheckpointManifest manifest) {
    return switch (manifest.getVerdict()) {
      case ACCEPTED -> true;
      case UNGATED -> !manifest.getConfiguration().containsKey(GATE);
      case REJECTED, UNKNOWN -> false;
    };
  }
}
