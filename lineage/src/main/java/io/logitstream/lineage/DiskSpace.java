package io.logitstream.lineage;

import org.jspecify.annotations.Nullable;

/** Whether a failure of the stores is one of room on the disk: only its words tell. */
final class DiskSpace {
  private static final int MAX_CAUSES = 16;
  private static final String ENOSPC = "No space left on device";

  private DiskSpace() {}

  static boolean isMissing(Throwable failure) {
    @Nullable Throwable cause = failure;
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      if (String.valueOf(cause.getMessage()).contains(ENOSPC)) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
