package io.logitstream.trainer.rehearsal;

import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import java.util.List;
import java.util.Optional;

/**
 * Which places of a window a step draws: a function of the seed, the step, the place's number in
 * the step, and the window. Nothing else, so that every start of a run draws alike.
 */
final class Draws {
  private final RehearsalSettings settings;
  private final long seed;

  /**
   * A place that was drawn.
   *
   * @param range the range of the window that it lies in
   * @param offset where the search for a record begins, within the range
   * @param domain the domain that the record must be of; empty for any
   */
  record Draw(RehearsalRange range, long offset, Optional<String> domain) {}

  Draws(RehearsalSettings settings, long seed) {
    this.settings = settings;
    this.seed = seed;
  }

  /** Offsets that a window has. */
  static long size(RehearsalWindow window) {
    return window.getRanges().stream().mapToLong(Draws::size).sum();
  }

  private static long size(RehearsalRange range) {
    return range.getToOffset() - range.getFromOffset();
  }

  /**
   * Draws a place.
   *
   * @param window not empty
   * @param number which of the step's places, from 0
   */
  Draw draw(RehearsalWindow window, long step, int number) {
    long first = random(step, number, 0);
    long second = random(step, number, 1);
    List<String> domains = window.getDomains();
    return switch (settings.draw()) {
      case UNIFORM -> at(window, below(first, size(window)), Optional.empty());
      case RECENT -> recent(window, first, second);
      case DOMAINS ->
          at(
              window,
              below(first, size(window)),
              domains.isEmpty()
                  ? Optional.empty()
                  : Optional.of(domains.get((int) below(second, domains.size()))));
    };
  }

  /** The place with a number, counted over all ranges. */
  private static Draw at(RehearsalWindow window, long place, Optional<String> domain) {
    long left = place;
    for (RehearsalRange range : window.getRanges()) {
      if (left < size(range)) {
        return new Draw(range, range.getFromOffset() + left, domain);
      }
      left -= size(range);
    }
    throw new IllegalArgumentException("place %d of %d".formatted(place, size(window)));
  }

  /**
   * Ages, as shares of the window, fall off exponentially, cut off at its beginning (inverse
   * transform sampling); the partition is drawn by its size, and the age is of its own records.
   */
  private Draw recent(RehearsalWindow window, long first, long second) {
    int partition = at(window, below(first, size(window)), Optional.empty()).range().getPartition();
    List<RehearsalRange> ranges =
        window.getRanges().stream().filter(range -> range.getPartition() == partition).toList();
    long offsets = ranges.stream().mapToLong(Draws::size).sum();
    double halfLives = (double) size(window) / settings.halfLifeRecords();
    double rate = halfLives * StrictMath.log(2);
    double uniform = (second >>> 11) * 0x1p-53;
    double age = -StrictMath.log1p(uniform * StrictMath.expm1(-rate)) / rate;
    long back = Math.min(offsets - 1, (long) (age * offsets));
    RehearsalWindow own = new RehearsalWindow(window.getTopicId(), ranges, List.of());
    return at(own, offsets - 1 - back, Optional.empty());
  }

  private long random(long step, int number, int which) {
    return mix(mix(mix(mix(seed) ^ step) ^ number) ^ which);
  }

  private static long below(long random, long bound) {
    return Long.remainderUnsigned(random, bound);
  }

  /**
   * The finaliser of SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number
   * generators", 2014), after its increment.
   */
  private static long mix(long value) {
    long z = value + 0x9e3779b97f4a7c15L;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
