package io.logitstream.lineage.query;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint and where its weights came from.
 *
 * @param step the optimizer step of the weights
 * @param parentSequence the checkpoint that training went on from; null for the first
 * @param createdAtMs when it was committed, in milliseconds since 1970
 * @param weightsSha256 SHA-256 (hex) of its weights; null where the manifest names none
 * @param expired whether its bytes may be gone
 * @param rollbackTo the checkpoint whose weights it took; null where it took none
 * @param rollbackIndex place of the rollback in the ledger of this checkpoint: steps before it were
 *     discarded; null where there was none
 */
public record CheckpointFact(
    String run,
    long sequence,
    long step,
    @Nullable Long parentSequence,
    long createdAtMs,
    @Nullable String weightsSha256,
    boolean expired,
    @Nullable Long rollbackTo,
    @Nullable Integer rollbackIndex) {
  /** RUN/SEQUENCE. */
  public String id() {
    return run + "/" + sequence;
  }
}
