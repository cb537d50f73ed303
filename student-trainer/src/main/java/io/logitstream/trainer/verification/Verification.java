package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What came out of training a checkpoint again.
 *
 * @param ancestor the checkpoint that was trained on from; the checkpoint itself for a run's first
 * @param steps steps that were trained again
 * @param records records that they trained on
 * @param tokens tokens that they trained on
 * @param artifacts SHA-256 (hex) of each artifact as the manifest names it
 * @param where what was found where; empty if the checkpoint is proven
 */
public record Verification(
    Answer answer,
    CheckpointId checkpoint,
    CheckpointId ancestor,
    long steps,
    long records,
    long tokens,
    Map<String, String> artifacts,
    String where) {
  /** The answers. */
  public enum Answer {
    /** Every artifact came out bit for bit, from the records that the ledger names. */
    PROVEN,
    /** Something is not what the manifest or the ledger says. */
    REFUTED,
    /** It was computed on hardware that rounds otherwise: nothing can be said here. */
    OTHER_HARDWARE,
    /** Bytes or records that are needed are gone, as retention or expiry lets them go. */
    EXPIRED
  }

  public Verification {
    artifacts = Collections.unmodifiableMap(new TreeMap<>(artifacts));
  }
}
