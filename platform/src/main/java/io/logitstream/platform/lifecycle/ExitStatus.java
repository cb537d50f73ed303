package io.logitstream.platform.lifecycle;

import io.logitstream.platform.FailureKind;

/**
 * How a process ends. Supervisors may start it again after FAILURE and UNREACHABLE; after the
 * others the same would happen again, or worse: one that was fenced takes over in turn.
 */
public enum ExitStatus {
  /** Done, or stopped cleanly. */
  OK(0),
  /** Failed. */
  FAILURE(1),
  /** Wrong usage or configuration; the message says what to mend. */
  USAGE(2),
  /** A verification found what it must not. */
  REFUTED(3),
  /** Cannot be verified: it was computed on other hardware. */
  OTHER_HARDWARE(4),
  /** What was asked for has expired. */
  EXPIRED(5),
  /** Another process took over. */
  FENCED(6),
  /** Kafka, the registry or another service did not answer. */
  UNREACHABLE(7);

  private final int code;

  ExitStatus(int code) {
    this.code = code;
  }

  /** The process's exit code. */
  public int code() {
    return code;
  }

  /** The status of a process that a failure of this kind ended. */
  public static ExitStatus of(FailureKind kind) {
    return switch (kind) {
      case RETRYABLE -> UNREACHABLE;
      case POISON, FATAL -> FAILURE;
      case FENCED -> FENCED;
      case CONFIGURATION -> USAGE;
    };
  }
}
