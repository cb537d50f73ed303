package io.logitstream.console.bench.teacher;

import io.logitstream.producer.source.SourceDocument;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The text of a domain that a teacher is measured on, as one stream.
 *
 * @param domain the domain
 * @param documents its documents, in order
 */
record MeasuredText(String domain, List<SourceDocument> documents) {
  MeasuredText {
    documents = List.copyOf(documents);
    if (documents.isEmpty()) {
      throw new IllegalArgumentException("no documents of %s, expected one".formatted(domain));
    }
  }

  /**
   * Every so many-th document of each domain, of the kind that the domain has most of: libraries of
   * one language hold a few files of another.
   *
   * @param traffic the documents of all domains, those of each in order
   */
  static List<MeasuredText> everyNth(List<SourceDocument> traffic, int every) {
    Map<String, List<SourceDocument>> byDomain = new TreeMap<>();
    traffic.forEach(
        document ->
            byDomain.computeIfAbsent(document.domain(), name -> new ArrayList<>()).add(document));
    return byDomain.entrySet().stream()
        .map(domain -> new MeasuredText(domain.getKey(), everyNthOf(domain.getValue(), every)))
        .toList();
  }

  private static List<SourceDocument> everyNthOf(List<SourceDocument> documents, int every) {
    String kind =
        documents.stream()
            .collect(Collectors.groupingBy(SourceDocument::extension, Collectors.counting()))
            .entrySet()
            .stream()
            .max(
                Map.Entry.<String, Long>comparingByValue()
                    .thenComparing(Comparator.comparing(Map.Entry::getKey)))
            .orElseThrow()
            .getKey();
    List<SourceDocument> ofKind =
        documents.stream().filter(document -> document.extension().equals(kind)).toList();
    return IntStream.iterate(0, index -> index < ofKind.size(), index -> index + every)
        .mapToObj(ofKind::get)
        .toList();
  }

  /** All of it, with an empty line between documents. */
  String text() {
    return documents.stream().map(SourceDocument::text).collect(Collectors.joining("\n"));
  }

  Set<String> names() {
    return documents.stream().map(SourceDocument::name).collect(Collectors.toSet());
  }
}
