package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import org.jspecify.annotations.Nullable;

/** An artifact of a checkpoint is not what its manifest says; the message names the chunk. */
public final class DamagedCheckpointException extends LogitstreamException {
  private static final long serialVersionUID = 1L;

  public DamagedCheckpointException(String message) {
    this(message, null);
  }

  public DamagedCheckpointException(String message, @Nullable Throwable cause) {
    super(FailureKind.FATAL, message, cause);
  }
}
