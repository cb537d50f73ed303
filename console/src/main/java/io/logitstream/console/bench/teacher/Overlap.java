package io.logitstream.console.bench.teacher;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * How much of some documents stands elsewhere too.
 *
 * @param of the documents
 * @param in where else
 * @param documents how many they are
 * @param shingles their distinct shingles
 * @param sharedShare share of those that are elsewhere, from 0 to 1
 * @param documentsOverHalf names of the documents with more than half of theirs elsewhere
 */
record Overlap(
    String of,
    String in,
    int documents,
    int shingles,
    double sharedShare,
    List<String> documentsOverHalf) {
  private static final double HALF = 0.5;

  /**
   * Compares documents with what is elsewhere.
   *
   * @param documents shingles by name
   */
  static Overlap of(String of, Map<String, Shingles> documents, String in, Shingles elsewhere) {
    Shingles all = Shingles.union(documents.values());
    Map<String, Shingles> sorted = new TreeMap<>(documents);
    return new Overlap(
        of,
        in,
        documents.size(),
        all.size(),
        all.shareIn(elsewhere),
        sorted.entrySet().stream()
            .filter(document -> document.getValue().shareIn(elsewhere) > HALF)
            .map(Map.Entry::getKey)
            .toList());
  }
}
