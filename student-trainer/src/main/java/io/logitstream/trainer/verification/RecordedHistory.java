package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Cursor;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.Verdict;
import io.logitstream.trainer.recovery.LiveCursor;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * What a run says of itself from an ancestor to a checkpoint.
 *
 * @param ancestor the checkpoint before the first chapter
 * @param chapters what led to each checkpoint after it, in order
 */
record RecordedHistory(CheckpointManifest ancestor, List<Chapter> chapters) {
  /**
   * What led to a checkpoint.
   *
   * @param entries the ledger entries that were committed with it, in order
   */
  record Chapter(CheckpointManifest manifest, List<LedgerEntry> entries) {
    Chapter {
      entries = List.copyOf(entries);
    }
  }

  RecordedHistory {
    chapters = List.copyOf(chapters);
  }

  /**
   * Puts the history together, and checks that it is whole and of one configuration.
   *
   * @param manifests all manifests of the run
   * @throws UnprovenException if manifests or entries are gone or contradict one another
   */
  static RecordedHistory read(
      CheckpointManifest ancestor,
      CheckpointManifest checkpoint,
      List<CheckpointManifest> manifests,
      LedgerReader ledger)
      throws UnprovenException {
    Deque<CheckpointManifest> line = lineage(ancestor, checkpoint, manifests);
    Map<Long, TreeMap<Integer, LedgerEntry>> entries =
        entries(
            ledger,
            checkpoint.getRun(),
            sequence -> sequence > ancestor.getSequence() && sequence <= checkpoint.getSequence());
    RecordedIdentity identity = RecordedIdentity.of(ancestor);
    List<Chapter> chapters = new ArrayList<>();
    for (CheckpointManifest manifest : line) {
      TreeMap<Integer, LedgerEntry> found =
          entries.getOrDefault(manifest.getSequence(), new TreeMap<>());
      checkComplete(manifest, found);
      checkParent(manifest, found.values());
      checkVerdict(manifest, found.values());
      Chapter chapter = new Chapter(manifest, List.copyOf(found.values()));
      identity = identity.after(chapter);
      chapters.add(chapter);
    }
    return new RecordedHistory(ancestor, chapters);
  }

  /** The checkpoint that is verified. */
  CheckpointManifest checkpoint() {
    return chapters.isEmpty() ? ancestor : chapters.get(chapters.size() - 1).manifest();
  }

  /** Where the ancestor stood in the log. */
  Cursor start() {
    return ancestor.getCursors().stream()
        .filter(cursor -> cursor.getName().equals(LiveCursor.NAME))
        .findFirst()
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    "checkpoint %s has no cursor %s: use a newer build"
                        .formatted(CheckpointId.of(ancestor), LiveCursor.NAME)));
  }

  /** All entries, in order. */
  List<LedgerEntry> entries() {
    return chapters.stream().flatMap(chapter -> chapter.entries().stream()).toList();
  }

  /** All ranges that steps consumed, in order. */
  List<OffsetRange> ranges() {
    List<OffsetRange> ranges = new ArrayList<>();
    for (LedgerEntry entry : entries()) {
      if (entry.getKind() == LedgerKind.STEP) {
        ranges.addAll(entry.getStep().getRanges());
      }
    }
    return ranges;
  }

  private static Deque<CheckpointManifest> lineage(
      CheckpointManifest ancestor,
      CheckpointManifest checkpoint,
      List<CheckpointManifest> manifests)
      throws UnprovenException {
    Map<Long, CheckpointManifest> bySequence = new HashMap<>();
    manifests.forEach(manifest -> bySequence.put(manifest.getSequence(), manifest));
    Deque<CheckpointManifest> line = new ArrayDeque<>();
    CheckpointManifest current = checkpoint;
    while (current.getSequence() > ancestor.getSequence()) {
      line.addFirst(current);
      Long parent = current.getParentSequence();
      if (parent == null || parent >= current.getSequence()) {
        throw UnprovenException.refuted(
            "checkpoint %s names the parent %s, expected an earlier one"
                .formatted(CheckpointId.of(current), parent));
      }
      CheckpointManifest next = bySequence.get(parent);
      if (next == null) {
        throw UnprovenException.expired(
            "the manifest of %s/%d is gone".formatted(current.getRun(), parent));
      }
      current = next;
    }
    if (current.getSequence() != ancestor.getSequence()) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s is no ancestor of %s: name one of its line"
              .formatted(CheckpointId.of(ancestor), CheckpointId.of(checkpoint)));
    }
    return line;
  }

  private static Map<Long, TreeMap<Integer, LedgerEntry>> entries(
      LedgerReader ledger, String run, Predicate<Long> wanted) throws UnprovenException {
    Map<Long, TreeMap<Integer, LedgerEntry>> entries = new HashMap<>();
    try {
      ledger.forEach(
          run,
          entry -> {
            if (entry.getKind() != LedgerKind.INCARNATION_STARTED
                && wanted.test(entry.getSequence())) {
              entries
                  .computeIfAbsent(entry.getSequence(), sequence -> new TreeMap<>())
                  .put(entry.getIndex(), entry);
            }
          });
    } catch (LogitstreamException e) {
      if (e.kind() == FailureKind.POISON) {
        throw UnprovenException.refuted(
            "an entry of the ledger of run %s cannot be read: %s".formatted(run, e.getMessage()));
      }
      throw e;
    }
    return entries;
  }

  /** The ledger alone says which checkpoints are whose ancestors; manifests must not contradict. */
  private static void checkParent(CheckpointManifest manifest, Collection<LedgerEntry> entries)
      throws UnprovenException {
    long expected = manifest.getSequence() - 1;
    for (LedgerEntry entry : entries) {
      if (entry.getKind() == LedgerKind.ROLLBACK) {
        expected = entry.getRollback().getToSequence();
      }
    }
    if (!Objects.equals(manifest.getParentSequence(), expected)) {
      throw UnprovenException.refuted(
          "checkpoint %s names the parent %s, by the ledger it is %d"
              .formatted(CheckpointId.of(manifest), manifest.getParentSequence(), expected));
    }
  }

  private static void checkVerdict(CheckpointManifest manifest, Collection<LedgerEntry> entries)
      throws UnprovenException {
    List<Verdict> told =
        entries.stream()
            .filter(entry -> entry.getKind() == LedgerKind.GATE_VERDICT)
            .map(
                entry -> entry.getGateVerdict().getAccepted() ? Verdict.ACCEPTED : Verdict.REJECTED)
            .toList();
    Verdict expected = told.isEmpty() ? Verdict.UNGATED : told.get(told.size() - 1);
    if (told.size() > 1 || manifest.getVerdict() != expected) {
      throw UnprovenException.refuted(
          "checkpoint %s has the verdict %s, by the ledger it is %s"
              .formatted(CheckpointId.of(manifest), manifest.getVerdict(), told));
    }
  }

  private static void checkComplete(
      CheckpointManifest manifest, TreeMap<Integer, LedgerEntry> found) throws UnprovenException {
    int expected = manifest.getLedgerEntries();
    if (found.size() != expected
        || (expected > 0 && (found.firstKey() != 0 || found.lastKey() != expected - 1))) {
      throw UnprovenException.refuted(
          "the ledger has the entries %s of checkpoint %s, its manifest says that there are %d"
              .formatted(found.keySet(), CheckpointId.of(manifest), expected));
    }
  }
}
