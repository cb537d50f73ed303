package io.logitstream.platform;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A failure and what caused it, from the outside in: libraries wrap, and what was wrong lies below.
 */
public final class Causes {
  /** Longer chains than any library makes; one that bites its tail ends here. */
  private static final int MAX_CAUSES = 16;

  private Causes() {}

  /** The failure, its cause, the cause of that, and so on; never empty. */
  public static List<Throwable> of(Throwable failure) {
    List<Throwable> causes = new ArrayList<>();
    @Nullable Throwable cause = failure;
    while (cause != null && causes.size() < MAX_CAUSES) {
      causes.add(cause);
      cause = cause.getCause();
    }
    return causes;
  }

  /** The innermost cause. */
  public static Throwable root(Throwable failure) {
    List<Throwable> causes = of(failure);
    return causes.get(causes.size() - 1);
  }

  /** The outermost failure of a type. */
  public static <T extends Throwable> Optional<T> first(Throwable failure, Class<T> type) {
    return of(failure).stream().filter(type::isInstance).map(type::cast).findFirst();
  }

  /** Whether a failure of a type is among them. */
  public static boolean include(Throwable failure, Class<? extends Throwable> type) {
    return of(failure).stream().anyMatch(type::isInstance);
  }
}
