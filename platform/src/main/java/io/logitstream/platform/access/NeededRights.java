package io.logitstream.platform.access;

import java.util.List;

/**
 * What a service needs on a cluster.
 *
 * @param command the arguments of {@code logitstream acls} that print it
 * @param rights the least rights, none twice
 */
public record NeededRights(String command, List<AccessRight> rights) {
  public NeededRights {
    rights = List.copyOf(rights);
    if (rights.stream().distinct().count() != rights.size()) {
      throw new IllegalArgumentException("a right is there twice: " + rights);
    }
  }

  /** What to tell a person about those of the rights that are missing. */
  String report(List<AccessRight> missing) {
    return report(
        missing.size() == 1 ? "1 right is missing" : missing.size() + " rights are missing",
        missing);
  }

  /** The same, where it is known only that some of them are. */
  String reportSome(List<AccessRight> candidates) {
    return candidates.size() == 1
        ? report(candidates)
        : report("of these rights, one is missing", candidates);
  }

  private String report(String head, List<AccessRight> missing) {
    StringBuilder report = new StringBuilder(head).append(':');
    for (AccessRight right : missing) {
      report.append("%n  %s%n    grant it: %s".formatted(right, right.command("User:…")));
    }
    return report
        .append(
            "%n  'logitstream acls %s --principal User:…' prints all that are needed"
                .formatted(command))
        .toString();
  }
}
