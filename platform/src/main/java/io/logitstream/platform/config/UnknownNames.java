package io.logitstream.platform.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is said about a name that no setting has. */
final class UnknownNames {
  private UnknownNames() {}

  static String problem(String name, @Nullable String origin, Collection<String> known) {
    return "%s is not a setting (from %s)%s".formatted(name, origin, suggestion(name, known));
  }

  static String environmentProblem(String variable, Collection<String> known) {
    return "%s is not a setting (from the environment)%s"
        .formatted(variable, suggestion(variable, known));
  }

  private static String suggestion(String name, Collection<String> known) {
    return nearest(name, known).map("; did you mean %s?"::formatted).orElse("");
  }

  /** The known name that the fewest edits lead to, where these are few for its length. */
  static Optional<String> nearest(String name, Collection<String> known) {
    return known.stream()
        .min(
            Comparator.<String>comparingInt(candidate -> edits(name, candidate))
                .thenComparing(Comparator.naturalOrder()))
        .filter(candidate -> edits(name, candidate) <= Math.max(2, candidate.length() / 4));
  }

  /** Levenshtein distance. */
  private static int edits(String from, String to) {
    int[] previous = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] current = new int[to.length() + 1];
      current[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int substitution = previous[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(substitution, Math.min(previous[j], current[j - 1]) + 1);
      }
      previous = current;
    }
    return previous[to.length()];
  }
}
