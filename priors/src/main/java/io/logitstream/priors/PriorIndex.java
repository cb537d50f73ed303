package io.logitstream.priors;

import io.logitstream.schemas.LogitPriorChunk;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Where the chunks of priors lie on the topic. A chunk is taken in when it is whole and fits to the
 * others of its prior; a later copy takes the place of an earlier one.
 */
final class PriorIndex {
  /** The most chunks of a prior: more than one of the largest vocabulary has. */
  static final int MAX_CHUNKS = 256;

  /** Priors that are kept in mind; beyond that the oldest are forgotten. */
  private static final int MAX_PRIORS = 1 << 16;

  private static final long MISSING = -1;

  private final Map<String, Places> places = new LinkedHashMap<>();

  /** Where the chunks of a prior lie. */
  private record Places(PriorDescription description, long[] offsets) {
    static Places none(LogitPriorChunk chunk) {
      long[] offsets = new long[chunk.getCount()];
      Arrays.fill(offsets, MISSING);
      return new Places(PriorDescription.of(chunk), offsets);
    }

    boolean isWhole() {
      return Arrays.stream(offsets).allMatch(offset -> offset != MISSING);
    }

    long missing() {
      return Arrays.stream(offsets).filter(offset -> offset == MISSING).count();
    }
  }

  /**
   * Takes in a chunk.
   *
   * @return what is wrong with it, if something is: then it is not taken in
   */
  Optional<String> add(long offset, LogitPriorChunk chunk) {
    long crc32c = PriorPublisher.crc32c(chunk.getBytes());
    if (crc32c != chunk.getCrc32c()) {
      return Optional.of("its CRC-32C is %08x, it says %08x".formatted(crc32c, chunk.getCrc32c()));
    }
    if (chunk.getCount() < 1
        || chunk.getCount() > MAX_CHUNKS
        || chunk.getIndex() < 0
        || chunk.getIndex() >= chunk.getCount()) {
      return Optional.of(
          "it is chunk %d of %d, expected at most %d"
              .formatted(chunk.getIndex(), chunk.getCount(), MAX_CHUNKS));
    }
    // Taken out and put in again: the order of the map is that of the priors' latest chunks.
    Places known = places.remove(chunk.getPriorSha256());
    if (known == null || (known.offsets.length != chunk.getCount() && !known.isWhole())) {
      known = Places.none(chunk);
    }
    places.put(chunk.getPriorSha256(), known);
    if (known.offsets.length != chunk.getCount()) {
      return Optional.of(
          "it is one of %d chunks, others of its prior are of %d"
              .formatted(chunk.getCount(), known.offsets.length));
    }
    known.offsets[chunk.getIndex()] = offset;
    if (places.size() > MAX_PRIORS) {
      places.remove(places.keySet().iterator().next());
    }
    return Optional.empty();
  }

  /** The offsets of a prior's chunks, in order; empty where the prior is not whole. */
  Optional<long[]> offsets(String sha256) {
    return Optional.ofNullable(places.get(sha256)).filter(Places::isWhole).map(Places::offsets);
  }

  /** The newest whole prior of those that are wanted. */
  Optional<PriorDescription> newest(Predicate<PriorDescription> wanted) {
    return whole().stream()
        .map(Places::description)
        .filter(wanted)
        .reduce((earlier, later) -> later);
  }

  /** What is there of a prior, for people. */
  String state(String sha256) {
    Places known = places.get(sha256);
    if (known == null) {
      return "%d priors are there, none of them this one".formatted(whole().size());
    }
    if (known.isWhole()) {
      return "its chunks are there, but do not make a prior that this build can read";
    }
    return "%d of its %d chunks are missing or damaged"
        .formatted(known.missing(), known.offsets.length);
  }

  private Collection<Places> whole() {
    return places.values().stream().filter(Places::isWhole).toList();
  }
}
