package io.logitstream.platform.lifecycle;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;

/** Work given up because a stop was asked for: no failure, and not to be reported as one. */
public final class StoppedException extends LogitstreamException {
  private static final long serialVersionUID = 1L;

  public StoppedException(String message, Throwable cause) {
    super(FailureKind.RETRYABLE, message, cause);
  }
}
