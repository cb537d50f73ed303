package io.logitstream.producer.source;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The prompts of a source in their order: phase after phase, and within a phase its domains in turn
 * by their weights. A function of files and settings alone. For one thread.
 */
public final class PromptSequence implements AutoCloseable {
  private static final Logger LOGGER = LoggerFactory.getLogger(PromptSequence.class);

  private final SourceSettings settings;
  private final Catalog catalog;
  private final DocumentReader reader;
  private final List<Phase> phases;
  private final String fingerprint;
  private final Map<String, DomainReader> readers = new TreeMap<>();
  private final Map<String, Long> drawn = new HashMap<>();
  private int phase;
  private long phasePrompts;

  private PromptSequence(SourceSettings settings, Catalog catalog, SkippedDocuments skipped) {
    this.settings = settings;
    this.catalog = catalog;
    this.reader = new DocumentReader(settings, skipped);
    this.phases =
        settings.phases().isEmpty()
            ? List.of(new Phase(List.copyOf(settings.domains()), OptionalLong.empty()))
            : settings.phases();
    this.fingerprint = Fingerprint.of(settings, catalog);
    rewind();
  }

  /**
   * Opens a source at its start.
   *
   * @throws io.logitstream.platform.LogitstreamException CONFIGURATION if it is empty, a path is
   *     missing, or an archive exceeds the limits; RETRYABLE if the disk fails
   */
  public static PromptSequence open(SourceSettings settings, SkippedDocuments skipped) {
    Catalog catalog = Catalog.open(settings);
    PromptSequence sequence = new PromptSequence(settings, catalog, skipped);
    sequence.reportHeldOut();
    return sequence;
  }

  /** SHA-256 (hex) of what decides the order and its prompts. */
  public String fingerprint() {
    return fingerprint;
  }

  /** Goes to the start. */
  public void rewind() {
    seek(SequencePosition.START);
  }

  /**
   * Goes to a place that {@link #location} named.
   *
   * @throws IllegalArgumentException if the location is malformed
   */
  public void seek(String location) {
    seek(SequencePosition.parse(location));
  }

  private void seek(SequencePosition position) {
    phase = Math.min(position.phase(), phases.size() - 1);
    phasePrompts = position.prompts();
    for (String domain : settings.domains()) {
      DomainPosition start = position.of(domain);
      readers.put(domain, new DomainReader(domain, catalog.items(domain), settings, reader, start));
      drawn.put(domain, start.drawn());
    }
  }

  /** The place of the next prompt. */
  public String location() {
    TreeMap<String, DomainPosition> domains = new TreeMap<>();
    readers.forEach((domain, at) -> domains.put(domain, at.position(drawnFrom(domain))));
    return new SequencePosition(phase, phasePrompts, domains).write();
  }

  /** Whether there is a prompt left; reads on to it. */
  public boolean hasNext() {
    return nextDomain().isPresent();
  }

  /** The next prompt. */
  public SourcedPrompt next() {
    String domain =
        nextDomain()
            .orElseThrow(
                () -> new NoSuchElementException("source " + settings.name() + " is at its end"));
    SourcedPrompt prompt = reader(domain).next();
    phasePrompts++;
    drawn.merge(domain, 1L, Long::sum);
    return prompt;
  }

  private Optional<String> nextDomain() {
    while (true) {
      Phase current = phases.get(phase);
      boolean full = current.prompts().isPresent() && phasePrompts >= current.prompts().getAsLong();
      Optional<String> domain =
          full
              ? Optional.empty()
              : current.domains().stream()
                  .filter(name -> reader(name).hasNext())
                  .min(Comparator.comparingDouble(this::turn).thenComparing(name -> name));
      if (domain.isPresent() || phase + 1 == phases.size()) {
        // The last phase stays: with another epoch, its domains go on.
        return domain;
      }
      if (!full && current.prompts().isPresent()) {
        LOGGER.warn(
            "{} of source {} ended after {} of {} prompts",
            current.domains(),
            settings.name(),
            phasePrompts,
            current.prompts().getAsLong());
      }
      beginPhase(phase + 1);
    }
  }

  private void beginPhase(int next) {
    phase = next;
    phasePrompts = 0;
    drawn.replaceAll((domain, count) -> 0L);
    LOGGER.info("source {} shifts to {}", settings.name(), phases.get(next).domains());
  }

  /** When the domain's next prompt is due: the smallest comes first. */
  private double turn(String domain) {
    return (drawnFrom(domain) + 1.0) / settings.weight(domain);
  }

  private long drawnFrom(String domain) {
    return drawn.getOrDefault(domain, 0L);
  }

  private DomainReader reader(String domain) {
    DomainReader found = readers.get(domain);
    if (found == null) {
      throw new IllegalStateException("no domain " + domain + " in source " + settings.name());
    }
    return found;
  }

  private void reportHeldOut() {
    DomainGroups.of(settings, catalog)
        .forEach(
            (domain, found) -> {
              LOGGER.info(
                  "source {}, domain {}: {} documents in {} groups, {} of them held out",
                  settings.name(),
                  domain,
                  found.documents(),
                  found.groups(),
                  found.heldOut());
              if (found.heldOut() == 0 && settings.heldOut().perMille() > 0) {
                LOGGER.warn(
                    "source {}, domain {}: no group is held out, so no student can be evaluated on it. A group is a folder; give more of them, or raise held-out.share ({} of a thousand) before the source is published: later it is another source",
                    settings.name(),
                    domain,
                    settings.heldOut().perMille());
              } else if (found.heldOut() == found.groups()) {
                LOGGER.warn(
                    "source {}, domain {}: every group is held out, and nothing of it will be trained on: held-out.share is {} of a thousand",
                    settings.name(),
                    domain,
                    settings.heldOut().perMille());
              }
            });
  }

  @Override
  public void close() {
    catalog.close();
  }
}
