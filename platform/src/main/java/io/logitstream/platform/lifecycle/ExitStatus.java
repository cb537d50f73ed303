package io.logitstream.platform.lifecycle;

import io.logitstream.platform.FailureKind;

/** How a process ends. Supervisors may start it again unless {@link #mayRestart} says no. */
public enum ExitStatus {
  OK(0, true, "done, or stopped cleanly"),
  FAILURE(1, true, "failed"),
  USAGE(2, false, "wrong usage or configuration; the message says what to mend"),
  REFUTED(3, false, "a verification found what it must not"),
  OTHER_HARDWARE(4, false, "cannot be verified: it was computed on other hardware"),
  EXPIRED(5, false, "what was asked for has expired"),
  FENCED(6, false, "another process took over"),
  UNREACHABLE(7, true, "Kafka, the registry or another service did not answer");

  private final int code;
  private final boolean mayRestart;
  private final String meaning;

  ExitStatus(int code, boolean mayRestart, String meaning) {
    this.code = code;
    this.mayRestart = mayRestart;
    this.meaning = meaning;
  }

  /** The process's exit code. */
  public int code() {
    return code;
  }

  /** Whether starting the process again unchanged can help. */
  public boolean mayRestart() {
    return mayRestart;
  }

  /** The meaning, for help texts. */
  public String meaning() {
    return meaning;
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
