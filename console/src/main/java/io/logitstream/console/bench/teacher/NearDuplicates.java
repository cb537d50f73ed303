package io.logitstream.console.bench.teacher;

import io.logitstream.producer.source.HeldOutShare;
import io.logitstream.producer.source.SourceDocument;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Near-duplicates across what a teacher was trained on, the traffic that students learn from, and
 * the traffic that is held out to evaluate them. Documents are added first.
 */
final class NearDuplicates {
  private final HeldOutShare heldOut;
  private final List<Shingles> training = new ArrayList<>();
  private final Map<String, Shingles> learned = new TreeMap<>();
  private final Map<String, Shingles> evaluated = new TreeMap<>();
  private final Map<String, Map<String, Shingles>> byArchive = new TreeMap<>();
  private final Map<String, List<Shingles>> byGroup = new TreeMap<>();

  NearDuplicates(HeldOutShare heldOut) {
    this.heldOut = heldOut;
  }

  /** Adds a document that the teacher was trained on. */
  void addTraining(SourceDocument document) {
    training.add(Shingles.of(document.text()));
  }

  /** Adds a document of the traffic. */
  void addTraffic(SourceDocument document) {
    Shingles shingles = Shingles.of(document.text());
    (heldOut.holdsOut(document.group()) ? evaluated : learned).put(document.name(), shingles);
    byArchive
        .computeIfAbsent(archive(document), name -> new TreeMap<>())
        .put(document.name(), shingles);
    byGroup.computeIfAbsent(document.group(), name -> new ArrayList<>()).add(shingles);
  }

  /** The archive that a document is an entry of; of a file, its domain. */
  private static String archive(SourceDocument document) {
    int end = document.name().indexOf("!/");
    return end < 0 ? document.domain() : document.name().substring(0, end);
  }

  /**
   * What was found.
   *
   * @param measured names of the documents of the traffic that the teacher is measured on
   */
  List<Overlap> overlaps(Set<String> measured) {
    Shingles trained = Shingles.union(training);
    List<Overlap> found = new ArrayList<>();
    byArchive.forEach(
        (archive, documents) ->
            found.add(Overlap.of(archive, documents, "the teacher's training", trained)));
    Map<String, Shingles> traffic = new TreeMap<>(learned);
    traffic.putAll(evaluated);
    Map<String, Shingles> text = new TreeMap<>(traffic);
    text.keySet().retainAll(measured);
    found.add(Overlap.of("measured text", text, "the teacher's training", trained));
    found.add(Overlap.of("traffic held out", evaluated, "the teacher's training", trained));
    found.add(
        Overlap.of(
            "traffic held out", evaluated, "traffic learned", Shingles.union(learned.values())));
    Shingles repeated = Shingles.repeated(byGroup.values().stream().map(Shingles::union).toList());
    found.add(
        Overlap.of(
            "traffic", traffic, "another of its %d groups".formatted(byGroup.size()), repeated));
    return found;
  }
}
