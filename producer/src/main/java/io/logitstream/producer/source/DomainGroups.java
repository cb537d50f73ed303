package io.logitstream.producer.source;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a domain's documents are for: those of a group are all trained on, or all held out.
 *
 * @param documents documents of the domain
 * @param groups their groups
 * @param heldOut groups that are evaluation data
 */
public record DomainGroups(int documents, int groups, int heldOut) {
  /**
   * Lists a source, and closes it again.
   *
   * @return by domain
   * @throws io.logitstream.platform.LogitstreamException CONFIGURATION if it is empty, a path is
   *     missing, or an archive exceeds the limits; RETRYABLE if the disk fails
   */
  public static Map<String, DomainGroups> of(SourceSettings settings) {
    try (Catalog catalog = Catalog.open(settings)) {
      return of(settings, catalog);
    }
  }

  static Map<String, DomainGroups> of(SourceSettings settings, Catalog catalog) {
    Map<String, DomainGroups> byDomain = new TreeMap<>();
    for (String domain : settings.domains()) {
      Set<String> groups =
          catalog.items(domain).stream()
              .map(item -> item.document().group())
              .collect(Collectors.toSet());
      long heldOut = groups.stream().filter(settings.heldOut()::holdsOut).count();
      byDomain.put(
          domain,
          new DomainGroups(catalog.items(domain).size(), groups.size(), Math.toIntExact(heldOut)));
    }
    return byDomain;
  }
}
