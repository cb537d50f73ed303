package io.logitstream.platform;

import java.util.ArrayList;
import java.util.List;

/** Puts the messages of a failure's causes into one line, for libraries whose own says nothing. */
public final class Reasons {
  private Reasons() {}

  /**
   * What the causes of a failure say, or the failure itself if it has none. What only repeats the
   * next one is left out.
   */
  public static String of(Throwable failure) {
    List<String> reasons = new ArrayList<>();
    for (Throwable cause : Causes.of(failure.getCause() == null ? failure : failure.getCause())) {
      String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
      if (!reasons.isEmpty() && reasons.get(reasons.size() - 1).contains(reason)) {
        reasons.remove(reasons.size() - 1);
      }
      reasons.add(reason);
    }
    return String.join(": ", reasons);
  }
}
