package io.logitstream.producer.source;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalLong;

/**
 * A stretch of traffic that draws from some domains.
 *
 * @param domains the domains that take turns
 * @param prompts number of prompts after which the next phase begins; empty: until the domains are
 *     read to their ends
 */
public record Phase(List<String> domains, OptionalLong prompts) {

  /** Copies the domains. */
  public Phase {
    domains = List.copyOf(domains);
    if (domains.isEmpty() || new HashSet<>(domains).size() < domains.size()) {
      throw new IllegalArgumentException(
          "a phase with the domains %s, expected at least one, each once".formatted(domains));
    }
    if (prompts.isPresent() && prompts.getAsLong() < 1) {
      throw new IllegalArgumentException(
          "a phase of %d prompts, expected at least 1".formatted(prompts.getAsLong()));
    }
  }

  /**
   * Reads phases written as {@code DOMAIN[+DOMAIN...][:PROMPTS]}; all but the last have a number.
   *
   * @throws IllegalArgumentException naming the phase that is written otherwise
   */
  public static List<Phase> parseAll(List<String> texts) {
    List<Phase> phases = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      Phase phase = parse(texts.get(i));
      if (phase.prompts().isEmpty() && i + 1 < texts.size()) {
        throw new IllegalArgumentException(
            "phase '%s' has another after it, expected %s:PROMPTS"
                .formatted(texts.get(i), texts.get(i)));
      }
      phases.add(phase);
    }
    return phases;
  }

  private static Phase parse(String text) {
    int colon = text.indexOf(':');
    String domains = colon < 0 ? text : text.substring(0, colon);
    try {
      return new Phase(
          List.of(domains.split("\\+", -1)),
          colon < 0
              ? OptionalLong.empty()
              : OptionalLong.of(Long.parseLong(text.substring(colon + 1).strip())));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "phase '%s', expected DOMAIN:PROMPTS, such as java:2000".formatted(text), e);
    }
  }
}
