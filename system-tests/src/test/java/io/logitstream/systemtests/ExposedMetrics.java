package io.logitstream.systemtests;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The metrics of an answer in Prometheus' text format, by name. */
record ExposedMetrics(Map<String, Metric> byName) {
  private static final Pattern LABEL = Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"");
  private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z0-9_]+)(\\{.*})? .*");

  /** On every metric: it says which service, and tells nothing of the metric. */
  private static final String SERVICE = "service";

  /**
   * A metric.
   *
   * @param type counter, gauge or summary
   * @param tags names of the tags that its samples have, without {@code service}
   */
  record Metric(String name, String type, String meaning, Set<String> tags) {
    /** The unit, as Prometheus' names tell it: seconds, bytes, or none. */
    String unit() {
      return Stream.of("seconds", "bytes")
          .filter(unit -> name.matches(".*_" + unit + "(_total|_max)?"))
          .findFirst()
          .orElse("");
    }
  }

  static ExposedMetrics parse(String text) {
    Map<String, String> meanings = new HashMap<>();
    Map<String, Metric> metrics = new TreeMap<>();
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        meanings.put(words[2], words.length < 4 ? "" : words[3].strip());
      } else if (line.startsWith("# TYPE ")) {
        String meaning = meanings.getOrDefault(words[2], "");
        metrics.put(words[2], new Metric(words[2], words[3], meaning, new TreeSet<>()));
      } else if (!line.startsWith("#")) {
        addTags(line, metrics);
      }
    }
    return new ExposedMetrics(metrics);
  }

  private static void addTags(String sample, Map<String, Metric> metrics) {
    Matcher matcher = SAMPLE.matcher(sample);
    if (!matcher.matches()) {
      throw new AssertionError("no sample: " + sample);
    }
    String name = matcher.group(1);
    Metric metric =
        Stream.of(name, name.replaceAll("_(sum|count)$", ""))
            .map(metrics::get)
            .filter(found -> found != null)
            .findFirst()
            .orElseThrow(() -> new AssertionError("a sample without a type: " + sample));
    Matcher labels = LABEL.matcher(Optional.ofNullable(matcher.group(2)).orElse(""));
    while (labels.find()) {
      if (!labels.group(1).equals(SERVICE)) {
        metric.tags().add(labels.group(1));
      }
    }
  }

  /** Those whose names are wanted, in order. */
  Stream<Metric> where(Predicate<String> wanted) {
    return byName.values().stream().filter(metric -> wanted.test(metric.name()));
  }
}
