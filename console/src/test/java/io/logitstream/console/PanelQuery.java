package io.logitstream.console;

import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a PromQL query of a dashboard asks for.
 *
 * @param metrics the metrics' names
 * @param matched labels that series are chosen by
 * @param kept labels that are left after an aggregation; empty where nothing is aggregated
 */
record PanelQuery(Set<String> metrics, Set<String> matched, Optional<Set<String>> kept) {
  private static final Set<String> WORDS =
      Set.of(
          "sum",
          "max",
          "min",
          "count",
          "rate",
          "increase",
          "resets",
          "time",
          "vector",
          "clamp_min",
          "or");
  private static final Pattern TEXT = Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"");
  private static final Pattern SELECTION = Pattern.compile("\\{([^}]*)}");
  private static final Pattern BY = Pattern.compile("\\bby \\(([^)]*)\\)");
  private static final Pattern AGGREGATION = Pattern.compile("\\b(sum|max|min|count)\\b");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

  PanelQuery {
    metrics = Set.copyOf(metrics);
    matched = Set.copyOf(matched);
    kept = kept.map(Set::copyOf);
  }

  static PanelQuery of(String expression) {
    String plain = TEXT.matcher(expression).replaceAll("");
    Set<String> matched = new HashSet<>();
    Matcher selections = SELECTION.matcher(plain);
    while (selections.find()) {
      matched.addAll(names(selections.group(1)));
    }
    Set<String> kept = new HashSet<>();
    Matcher by = BY.matcher(plain);
    while (by.find()) {
      kept.addAll(names(by.group(1)));
    }
    String rest = SELECTION.matcher(plain).replaceAll("");
    rest = BY.matcher(rest).replaceAll("").replaceAll("\\[[^]]*]", "");
    Set<String> metrics = new LinkedHashSet<>(names(rest));
    metrics.removeAll(WORDS);
    boolean aggregated = AGGREGATION.matcher(rest).find();
    return new PanelQuery(metrics, matched, aggregated ? Optional.of(kept) : Optional.empty());
  }

  private static List<String> names(String text) {
    return NAME.matcher(text).results().map(MatchResult::group).toList();
  }

  /** The labels that a legend such as {@code {{instance}} waits} names. */
  static Set<String> legend(String legend) {
    Set<String> labels = new HashSet<>();
    Matcher names = Pattern.compile("\\{\\{(\\w+)}}").matcher(legend);
    while (names.find()) {
      labels.add(names.group(1));
    }
    return labels;
  }
}
