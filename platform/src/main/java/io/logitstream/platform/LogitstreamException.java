package io.logitstream.platform;

import org.jspecify.annotations.Nullable;

/** A failure with its kind. The message says what was found, what was expected and what to do. */
public class LogitstreamException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final FailureKind kind;

  public LogitstreamException(FailureKind kind, String message) {
    this(kind, message, null);
  }

  public LogitstreamException(FailureKind kind, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.kind = kind;
  }

  /** What the failure means. */
  public FailureKind kind() {
    return kind;
  }
}
