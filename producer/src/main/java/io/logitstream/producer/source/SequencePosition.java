package io.logitstream.producer.source;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A place in the order of a source's prompts.
 *
 * <p>Written as {@code phase=0 prompts=12 java=0/3/1/7 scala=0/2/0/5}: the phase, the prompts drawn
 * in it, and for each domain epoch, document, piece and prompts drawn in the phase.
 *
 * @param phase number of the phase
 * @param prompts prompts drawn in the phase
 * @param domains places of the domains' next prompts
 */
record SequencePosition(int phase, long prompts, SortedMap<String, DomainPosition> domains) {
  private static final Pattern HEAD = Pattern.compile("phase=(\\d{1,9}) prompts=(\\d{1,18})");
  private static final Pattern DOMAIN =
      Pattern.compile(" ([A-Za-z0-9._-]+)=(\\d{1,9})/(\\d{1,9})/(\\d{1,9})/(\\d{1,18})");

  static final SequencePosition START = new SequencePosition(0, 0, new TreeMap<>());

  SequencePosition {
    domains = new TreeMap<>(domains);
  }

  DomainPosition of(String domain) {
    return domains.getOrDefault(domain, DomainPosition.START);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if it was written otherwise
   */
  static SequencePosition parse(String text) {
    Matcher head = HEAD.matcher(text);
    if (!head.lookingAt()) {
      throw malformed(text);
    }
    Map<String, DomainPosition> domains = new TreeMap<>();
    Matcher domain = DOMAIN.matcher(text);
    int at = head.end();
    while (at < text.length()) {
      if (!domain.region(at, text.length()).lookingAt()) {
        throw malformed(text);
      }
      domains.put(
          domain.group(1),
          new DomainPosition(
              Integer.parseInt(domain.group(2)),
              Integer.parseInt(domain.group(3)),
              Integer.parseInt(domain.group(4)),
              Long.parseLong(domain.group(5))));
      at = domain.end();
    }
    return new SequencePosition(
        Integer.parseInt(head.group(1)), Long.parseLong(head.group(2)), new TreeMap<>(domains));
  }

  String write() {
    return "phase=%d prompts=%d".formatted(phase, prompts)
        + domains.entrySet().stream()
            .map(
                domain -> {
                  DomainPosition at = domain.getValue();
                  return " %s=%d/%d/%d/%d"
                      .formatted(
                          domain.getKey(), at.epoch(), at.document(), at.piece(), at.drawn());
                })
            .collect(Collectors.joining());
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "location '%s', expected phase=N prompts=N DOMAIN=N/N/N/N …".formatted(text));
  }
}
