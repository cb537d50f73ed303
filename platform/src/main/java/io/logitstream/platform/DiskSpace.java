package io.logitstream.platform;

/** Whether a failure is one of room on the disk: only its words tell. */
public final class DiskSpace {
  private static final String ENOSPC = "No space left on device";

  private DiskSpace() {}

  /** Whether there was no room. */
  public static boolean isMissing(Throwable failure) {
    return Causes.of(failure).stream()
        .anyMatch(cause -> String.valueOf(cause.getMessage()).contains(ENOSPC));
  }
}
