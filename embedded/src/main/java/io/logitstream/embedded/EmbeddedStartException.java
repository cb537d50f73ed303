package io.logitstream.embedded;

import org.jspecify.annotations.Nullable;

/** An embedded server could not start: a port is taken, or its folder is in use or unreadable. */
public final class EmbeddedStartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  EmbeddedStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
