package io.logitstream.trainer.gate;

import io.logitstream.schemas.Verdict;
import org.jspecify.annotations.Nullable;

/**
 * What the gate says of a checkpoint.
 *
 * @param reason why, as people read it; null where there is no gate
 */
public record GateOutcome(Verdict verdict, @Nullable String reason) {
  /** Of a run without a gate. */
  public static final GateOutcome NO_GATE = new GateOutcome(Verdict.UNGATED, null);

  /** Of a checkpoint that a stop left. */
  public static final GateOutcome BETWEEN_STEPS =
      new GateOutcome(Verdict.UNGATED, "between two steps of the gate: not measured");

  /** Followers may take the checkpoint. */
  public static GateOutcome accepted(String reason) {
    return new GateOutcome(Verdict.ACCEPTED, reason);
  }

  /** Followers must not take the checkpoint. */
  public static GateOutcome rejected(String reason) {
    return new GateOutcome(Verdict.REJECTED, reason);
  }

  /** Whether the checkpoint was measured. */
  public boolean isMeasured() {
    return verdict == Verdict.ACCEPTED || verdict == Verdict.REJECTED;
  }
}
