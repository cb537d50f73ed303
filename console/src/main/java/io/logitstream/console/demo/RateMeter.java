package io.logitstream.console.demo;

import java.time.Duration;
import java.util.ArrayDeque;

/** How much comes in a second, over the last seconds. Not safe for several threads. */
final class RateMeter {
  private static final int ENTRIES_MAX = 4096;

  private final long windowNanos;
  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private double sum;

  RateMeter(Duration window) {
    this.windowNanos = window.toNanos();
  }

  /** Counts an amount at a time of a monotonic clock. */
  void add(long nanos, double amount) {
    Entry last = entries.peekLast();
    // Entries of one instant are joined, so that their number does not follow the traffic.
    if (last != null && nanos - last.nanos < windowNanos / ENTRIES_MAX) {
      entries.removeLast();
      entries.addLast(new Entry(last.nanos, last.amount + amount));
    } else {
      entries.addLast(new Entry(nanos, amount));
    }
    sum += amount;
    expire(nanos);
  }

  /** The rate at a time, in amounts a second. */
  double perSecond(long nanos) {
    expire(nanos);
    return entries.isEmpty() ? 0 : sum * 1e9 / windowNanos;
  }

  private void expire(long nanos) {
    while (!entries.isEmpty() && nanos - entries.getFirst().nanos > windowNanos) {
      sum -= entries.removeFirst().amount;
    }
    if (entries.isEmpty()) {
      sum = 0;
    }
  }

  private record Entry(long nanos, double amount) {}
}
