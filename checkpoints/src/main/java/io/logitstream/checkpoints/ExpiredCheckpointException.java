package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;

/** A checkpoint's run has let its bytes go. */
public final class ExpiredCheckpointException extends LogitstreamException {
  private static final long serialVersionUID = 1L;

  public ExpiredCheckpointException(CheckpointId id) {
    super(
        FailureKind.FATAL,
        ("checkpoint %s has expired: its run has let its bytes go; 'logitstream checkpoints list'"
                + " shows the others")
            .formatted(id));
  }
}
