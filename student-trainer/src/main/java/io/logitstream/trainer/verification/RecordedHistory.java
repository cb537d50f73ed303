package io.logitstream.trainer.verification;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.trainer.recovery.RunConfiguration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
    checkConfiguration(ancestor, ancestor);
    List<Chapter> chapters = new ArrayList<>();
    for (CheckpointManifest manifest : line) {
      checkConfiguration(ancestor, manifest);
      TreeMap<Integer, LedgerEntry> found =
          entries.getOrDefault(manifest.getSequence(), new TreeMap<>());
      checkComplete(manifest, found);
      chapters.add(new Chapter(manifest, List.copyOf(found.values())));
    }
    return new RecordedHistory(ancestor, chapters);
  }

  /** The checkpoint that is verified. */
  CheckpointManifest checkpoint() {
    return chapters.isEmpty() ? ancestor : chapters.get(chapters.size() - 1).manifest();
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

  private static void checkConfiguration(CheckpointManifest ancestor, CheckpointManifest manifest)
      throws UnprovenException {
    String sha256 = new RunConfiguration(manifest.getConfiguration()).sha256();
    if (!sha256.equals(manifest.getConfigurationSha256())) {
      throw UnprovenException.refuted(
          "the configuration in the manifest of %s has SHA-256 %s, the manifest says %s"
              .formatted(CheckpointId.of(manifest), sha256, manifest.getConfigurationSha256()));
    }
    if (!manifest.getConfiguration().equals(ancestor.getConfiguration())
        || !manifest.getInitialStudentSha256().equals(ancestor.getInitialStudentSha256())
        || !manifest.getTokenizerSha256().equals(ancestor.getTokenizerSha256())
        || manifest.getSeed() != ancestor.getSeed()) {
      throw UnprovenException.refuted(
          "the manifests of %s and %s name other settings, students or tokenizers, and the ledger has no such change"
              .formatted(CheckpointId.of(ancestor), CheckpointId.of(manifest)));
    }
  }
}
