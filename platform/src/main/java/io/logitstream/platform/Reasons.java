package io.logitstream.platform;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Puts the messages of a failure's causes into one line, for libraries whose own says nothing. */
public final class Reasons {
  private static final int MAX_CAUSES = 16;

  private Reasons() {}

  /**
   * What the causes of a failure say, or the failure itself if it has none. What only repeats the
   * next one is left out.
   */
  public static String of(Throwable failure) {
    List<String> reasons = new ArrayList<>();
    @Nullable Throwable cause = failure.getCause() == null ? failure : failure.getCause();
    for (int i = 0; cause != null && i < MAX_CAUSES; i++) {
      String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (!reasons.isEmpty() && reasons.get(reasons.size() - 1).contains(reason)) {
        reasons.remove(reasons.size() - 1);
      }
      reasons.add(reason);
      cause = cause.getCause();
    }
    return String.join(": ", reasons);
  }
}
