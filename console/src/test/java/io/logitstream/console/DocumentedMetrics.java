package io.logitstream.console;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What docs/metrics.md says that services expose; another test holds that page to running ones.
 *
 * @param labels the labels of each metric that can be asked for, by its name
 */
record DocumentedMetrics(Map<String, Set<String>> labels) {
  /** On every metric: the service's own tag, and what Prometheus adds. */
  private static final Set<String> ALWAYS = Set.of("service", "job", "instance");

  private static final Pattern ROW =
      Pattern.compile("\\| `(\\w+)` \\| (\\w+) \\| [^|]* \\| ([^|]*) \\|.*");

  DocumentedMetrics {
    labels = Map.copyOf(labels);
  }

  static DocumentedMetrics read(Path page) throws IOException {
    Map<String, Set<String>> labels = new HashMap<>();
    for (String line : Files.readAllLines(page)) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        Set<String> tags = new HashSet<>(ALWAYS);
        Arrays.stream(row.group(3).split(","))
            .map(String::strip)
            .filter(tag -> !tag.isEmpty())
            .forEach(tags::add);
        String name = row.group(1);
        List<String> asked =
            row.group(2).equals("summary")
                ? List.of(name + "_count", name + "_sum")
                : List.of(name);
        asked.forEach(metric -> labels.put(metric, Set.copyOf(tags)));
      }
    }
    return new DocumentedMetrics(labels);
  }
}
