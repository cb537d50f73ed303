package io.logitstream.systemtests.simulation;

/** What a run has left is not what it must leave. */
final class AuditException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  AuditException(String message) {
    super(message);
  }
}
