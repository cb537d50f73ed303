package io.logitstream.producer.source;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a source is made of, and in which order it is read.
 *
 * @param name identity of the source, part of every promptId; no '/'
 * @param weights how often a domain is drawn from in proportion to the others; 1 where it is absent
 * @param phases what is drawn in which order; empty: all domains at once
 * @param extensions file name extensions, lower case without the dot, that are read in folders and
 *     archives; empty for all
 * @param seed decides the order of the documents
 * @param epochs how often everything is read; 0 for ever again
 * @param maxCharacters longest prompt, in UTF-16 characters
 */
public record SourceSettings(
    String name,
    SourceKind kind,
    List<SourcePath> paths,
    Map<String, Integer> weights,
    List<Phase> phases,
    Set<String> extensions,
    long seed,
    int epochs,
    boolean stripLicences,
    int maxCharacters,
    HeldOutShare heldOut,
    WhenChanged whenChanged,
    SourceLimits limits) {

  /** Checks that domains are named alike everywhere. */
  public SourceSettings {
    paths = List.copyOf(paths);
    weights = Map.copyOf(weights);
    phases = List.copyOf(phases);
    extensions = Set.copyOf(extensions);
    if (name.isEmpty() || name.contains("/")) {
      throw new IllegalArgumentException(
          "source.name is '%s', expected a non-empty name without '/'".formatted(name));
    }
    if (paths.isEmpty()) {
      throw new IllegalArgumentException(
          "source.paths is empty, expected files, archives or folders");
    }
    if (epochs < 0 || maxCharacters < 2) {
      throw new IllegalArgumentException(
          "%d epochs of prompts of %d characters, expected at least 0 and 2"
              .formatted(epochs, maxCharacters));
    }
    Set<String> domains = domains(paths);
    requireKnown(domains, weights.keySet(), "source.weights");
    if (!phases.isEmpty()) {
      Set<String> drawn = new TreeSet<>();
      phases.forEach(phase -> drawn.addAll(phase.domains()));
      requireKnown(domains, drawn, "source.shift");
      requireKnown(drawn, domains, "source.paths, of which source.shift lacks some:");
    }
    weights.forEach(SourceSettings::requireWeight);
  }

  /** The domains, sorted. */
  public Set<String> domains() {
    return domains(paths);
  }

  /** The domain's weight. */
  int weight(String domain) {
    return weights.getOrDefault(domain, 1);
  }

  private static Set<String> domains(List<SourcePath> paths) {
    Set<String> domains = new TreeSet<>();
    paths.forEach(path -> domains.add(path.domain()));
    return domains;
  }

  private static void requireKnown(Set<String> known, Set<String> named, String where) {
    for (String domain : named) {
      if (!known.contains(domain)) {
        throw new IllegalArgumentException(
            "domain '%s' in %s, expected one of %s".formatted(domain, where, known));
      }
    }
  }

  private static void requireWeight(String domain, int weight) {
    if (weight < 1 || weight > 1_000_000) {
      throw new IllegalArgumentException(
          "weight %d of domain %s, expected 1 to 1000000".formatted(weight, domain));
    }
  }
}
