package io.logitstream.systemtests.simulation.log;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.jspecify.annotations.Nullable;

/** A partition as its leader keeps it. */
final class Partition {
  private static final int REMEMBERED_SEQUENCES = 5;

  private final List<LogEntry> entries = new ArrayList<>();

  /** Everything that was ever appended: what an audit looks at. */
  private final List<LogEntry> journal = new ArrayList<>();

  private final Map<Long, Long> openTransactions = new HashMap<>();
  private final Map<Long, Writer> writers = new HashMap<>();
  private final LongSupplier appended;
  private long start;
  private long end;

  /**
   * @param appended numbers everything that is appended anywhere
   */
  Partition(LongSupplier appended) {
    this.appended = appended;
  }

  /** What the leader knows of an idempotent producer. */
  private static final class Writer {
    private int epoch = -1;
    private int lastSequence = -1;
    private final Map<Integer, Long> offsets = new HashMap<>();
  }

  /** The first offset that is there. */
  long start() {
    return start;
  }

  /** The offset after the last. */
  long end() {
    return end;
  }

  /** The last stable offset: where readers of committed records stop. */
  long stableEnd() {
    return openTransactions.values().stream().mapToLong(Long::longValue).min().orElse(end);
  }

  long end(boolean committedOnly) {
    return committedOnly ? stableEnd() : end;
  }

  /** Everything that is there. */
  List<LogEntry> entries() {
    return entries;
  }

  /** Everything that was ever there. */
  List<LogEntry> journal() {
    return journal;
  }

  /**
   * Appends a record of an idempotent producer. One that was appended before is not appended again.
   */
  long append(
      long producerId,
      int epoch,
      int sequence,
      boolean transactional,
      @Nullable String key,
      byte @Nullable [] value,
      Headers headers,
      long timestampMs,
      String writerName) {
    Writer writer = writers.computeIfAbsent(producerId, id -> new Writer());
    if (epoch < writer.epoch) {
      throw new InvalidProducerEpochException(
          "epoch %d of producer %d, the last one was %d"
              .formatted(epoch, producerId, writer.epoch));
    }
    if (epoch > writer.epoch) {
      writer.epoch = epoch;
      writer.lastSequence = -1;
      writer.offsets.clear();
    }
    Long before = writer.offsets.get(sequence);
    if (before != null) {
      return before;
    }
    if (sequence != writer.lastSequence + 1) {
      throw new OutOfOrderSequenceException(
          "sequence %d after %d".formatted(sequence, writer.lastSequence));
    }
    long offset =
        add(
            key,
            value,
            headers,
            timestampMs,
            producerId,
            writerName,
            transactional ? LogEntry.State.OPEN : LogEntry.State.COMMITTED);
    if (transactional) {
      openTransactions.putIfAbsent(producerId, offset);
    }
    writer.lastSequence = sequence;
    writer.offsets.put(sequence, offset);
    writer.offsets.remove(sequence - REMEMBERED_SEQUENCES);
    return offset;
  }

  /** Ends a producer's transaction with a marker; from now on its older epochs are refused. */
  void end(long producerId, int epoch, boolean commit, long timestampMs, String writer) {
    Long first = openTransactions.remove(producerId);
    if (first == null) {
      return;
    }
    for (int i = entries.size() - 1; i >= 0 && entries.get(i).offset() >= first; i--) {
      LogEntry entry = entries.get(i);
      if (entry.producerId() == producerId && entry.state() == LogEntry.State.OPEN) {
        entry.end(commit);
      }
    }
    add(null, null, new RecordHeaders(), timestampMs, producerId, writer, LogEntry.State.MARKER);
    Writer known = writers.computeIfAbsent(producerId, id -> new Writer());
    if (epoch > known.epoch) {
      known.epoch = epoch;
      known.lastSequence = -1;
      known.offsets.clear();
    }
  }

  private long add(
      @Nullable String key,
      byte @Nullable [] value,
      Headers headers,
      long timestampMs,
      long producerId,
      String writer,
      LogEntry.State state) {
    LogEntry entry =
        new LogEntry(
            end, appended.getAsLong(), key, value, headers, timestampMs, producerId, writer, state);
    entries.add(entry);
    journal.add(entry);
    return end++;
  }

  /** The index of the first entry at an offset or after it. */
  int indexFrom(long offset) {
    int low = 0;
    int high = entries.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (entries.get(middle).offset() < offset) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Removes what lies before an offset, as retention does: never past the last stable offset. */
  void deleteBefore(long offset) {
    start = Math.max(start, Math.min(offset, stableEnd()));
    entries.subList(0, indexFrom(start)).clear();
  }

  /**
   * Keeps the newest committed record of each key below an offset, as compaction does. Aborted
   * records go; tombstones go where they are older than a time.
   */
  void compact(long below, long tombstonesBeforeMs) {
    long dirtyEnd = Math.min(below, stableEnd());
    Set<String> newer = new HashSet<>();
    Set<LogEntry> gone = new HashSet<>();
    for (int i = indexFrom(dirtyEnd) - 1; i >= 0; i--) {
      LogEntry entry = entries.get(i);
      String key = entry.key();
      if (entry.state() == LogEntry.State.ABORTED) {
        gone.add(entry);
      } else if (entry.state() == LogEntry.State.COMMITTED && key != null) {
        boolean isOldTombstone = entry.value() == null && entry.timestampMs() < tombstonesBeforeMs;
        if (!newer.add(key) || isOldTombstone) {
          gone.add(entry);
        }
      }
    }
    entries.removeIf(gone::contains);
  }
}
