package io.logitstream.systemtests.simulation;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.DiscardedRange;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Trains again what a ledger says, from the broker's journal, without any of the trainer's code: no
 * record between two ranges may be left out, none may be in two.
 */
final class LedgerReplay {
  private final List<TreeMap<Long, Traffic.Item>> log = new ArrayList<>();
  private final TreeMap<Integer, Long> positions = new TreeMap<>();
  private final Map<Integer, Long> starts = new HashMap<>();
  private final Map<Long, TrainingState.Snapshot> states = new HashMap<>();
  private final Map<Long, Map<Integer, Long>> standings = new HashMap<>();
  private final Set<String> skipped = new HashSet<>();
  private final Set<String> condemned = new HashSet<>();
  private final Set<String> discarded = new HashSet<>();
  private List<RehearsalRange> window = List.of();
  private final ArithmeticStudent student = new ArithmeticStudent(() -> {});

  LedgerReplay(SimulatedBroker broker, Map<String, Traffic.Item> items) {
    String topic = World.name(Topic.TEACHER_LOGITS);
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      TreeMap<Long, Traffic.Item> records = new TreeMap<>();
      for (LogEntry entry : broker.journal(topic, partition)) {
        Traffic.Item item = items.get(String.valueOf(entry.key()));
        if (entry.state() == LogEntry.State.COMMITTED && item != null) {
          records.put(entry.offset(), item);
        }
      }
      log.add(records);
      starts.put(partition, broker.start(topic, partition));
      positions.put(partition, 0L);
    }
  }

  /** Records that were condemned on the way, as PARTITION@OFFSET. */
  Set<String> condemned() {
    return condemned;
  }

  /** Records whose skip the ledger tells of. */
  Set<String> skipped() {
    return skipped;
  }

  /**
   * Records to train on that are there and that no checkpoint has consumed. Others wait for the
   * next step; an accepted loss is told of with it.
   */
  long left() {
    long left = 0;
    for (int partition = 0; partition < log.size(); partition++) {
      long from =
          Math.max(positions.getOrDefault(partition, 0L), starts.getOrDefault(partition, 0L));
      left +=
          log.get(partition).tailMap(from, true).values().stream()
              .filter(item -> item.example().isPresent() && !item.kind().isCondemned())
              .count();
    }
    return left;
  }

  /** Follows the entries of a checkpoint, and gives the student's state at its end. */
  TrainingState.Snapshot follow(CheckpointManifest manifest, Map<Integer, LedgerEntry> chapter) {
    String where = "checkpoint " + manifest.getSequence();
    chapter.forEach((index, entry) -> follow(where + ", entry " + index, entry));
    Map<Integer, Long> told = new TreeMap<>();
    for (PartitionPosition position : manifest.getCursors().get(0).getPositions()) {
      told.put(position.getPartition(), position.getNextOffset());
    }
    if (manifest.getSequence() == 0) {
      beginAt(told);
    }
    if (!told.equals(positions)) {
      throw new AuditException(
          "%s stands at %s, its ledger leads to %s".formatted(where, told, positions));
    }
    if (manifest.getStep() != student.step()) {
      throw new AuditException(
          "%s is at step %d, its ledger leads to %d"
              .formatted(where, manifest.getStep(), student.step()));
    }
    TrainingState.Snapshot state = student.snapshot();
    states.put(manifest.getSequence(), state);
    standings.put(manifest.getSequence(), Map.copyOf(positions));
    return state;
  }

  /** A run begins where the log does; only retention has moved that. */
  private void beginAt(Map<Integer, Long> told) {
    told.forEach(
        (partition, offset) -> {
          if (offset <= starts.getOrDefault(partition, 0L)) {
            positions.put(partition, offset);
          }
        });
  }

  private void follow(String where, LedgerEntry entry) {
    StepEntry step = entry.getStep();
    if (step != null) {
      step(where, step);
    }
    SkipEntry skip = entry.getSkip();
    if (skip != null && !skipped.add(skip.getPartition() + "@" + skip.getOffset())) {
      throw new AuditException(
          "%s: %d@%d was skipped before".formatted(where, skip.getPartition(), skip.getOffset()));
    }
    RollbackEntry rollback = entry.getRollback();
    if (rollback != null) {
      TrainingState.Snapshot state = states.get(rollback.getToSequence());
      if (state == null) {
        throw new AuditException(
            "%s goes back to %d, which is not there".formatted(where, rollback.getToSequence()));
      }
      student.restore(state);
      rollback.getDiscarded().forEach(this::discard);
      if (rollback.getPositionsToo()) {
        throw new AuditException("%s: %s".formatted(where, rollback.getReason()));
      }
    }
    RehearsalWindow moved = entry.getRehearsalWindow();
    if (moved != null) {
      window = moved.getRanges();
    }
    LossAcceptedEntry loss = entry.getLossAccepted();
    if (loss != null) {
      Long next = loss.getNextOffset();
      long before = positions.getOrDefault(loss.getPartition(), 0L);
      if (next == null || next < before || loss.getFromOffset() != before) {
        throw new AuditException("%s accepts %s at %d".formatted(where, loss, before));
      }
      positions.put(loss.getPartition(), next);
    }
  }

  private void discard(DiscardedRange range) {
    for (long offset = range.getFromOffset(); offset < range.getToOffset(); offset++) {
      discarded.add(range.getPartition() + "@" + offset);
    }
  }

  private void step(String where, StepEntry step) {
    List<TrainingExample> examples = new ArrayList<>();
    // What leaves no step a finite result is left out, live or rehearsed; then it is never drawn.
    Set<String> before = Set.copyOf(condemned);
    for (OffsetRange range : step.getRanges()) {
      String place = where + ", step " + step.getStep();
      if (range.getCursor().equals("rehearsal")) {
        rehearse(place, range, before, examples);
      } else {
        consume(place, range, examples);
      }
    }
    long taken = student.train(examples).step();
    if (taken != step.getStep()) {
      throw new AuditException("%s: step %d is told as %d".formatted(where, taken, step.getStep()));
    }
  }

  private void rehearse(
      String where, OffsetRange range, Set<String> before, List<TrainingExample> examples) {
    int partition = range.getPartition();
    long offset = range.getFirstOffset();
    String place = partition + "@" + offset;
    Traffic.Item item = log.get(partition).get(offset);
    if (item == null || range.getCount() != 1 || range.getLastOffset() != offset) {
      throw new AuditException("%s: %s was rehearsed, and is no record".formatted(where, range));
    }
    boolean isInWindow =
        window.stream()
            .anyMatch(
                part ->
                    part.getPartition() == partition
                        && offset >= part.getFromOffset()
                        && offset < part.getToOffset());
    if (!isInWindow || offset >= positions.getOrDefault(partition, 0L)) {
      throw new AuditException(
          "%s: %s was rehearsed, of a window %s behind %s"
              .formatted(where, place, window, positions));
    }
    if (before.contains(place) || discarded.contains(place)) {
      throw new AuditException("%s: %s was given up, and rehearsed".formatted(where, place));
    }
    learn(item, place, examples);
  }

  private void learn(Traffic.Item item, String place, List<TrainingExample> examples) {
    if (item.kind().isCondemned()) {
      condemned.add(place);
    } else {
      item.example().ifPresent(examples::add);
    }
  }

  private void consume(String where, OffsetRange range, List<TrainingExample> examples) {
    int partition = range.getPartition();
    TreeMap<Long, Traffic.Item> records = log.get(partition);
    long position = positions.getOrDefault(partition, 0L);
    if (range.getFirstOffset() < position) {
      throw new AuditException(
          "%s: %d@%d was trained on before".formatted(where, partition, range.getFirstOffset()));
    }
    Map<Long, Traffic.Item> between = records.subMap(position, range.getFirstOffset());
    if (!between.isEmpty()) {
      throw new AuditException(
          "%s: %d@%s were left out".formatted(where, partition, between.keySet()));
    }
    Map<Long, Traffic.Item> consumed =
        records.subMap(range.getFirstOffset(), true, range.getLastOffset(), true);
    if (consumed.size() != range.getCount()) {
      throw new AuditException(
          "%s: %d records of partition %d, the log has %d"
              .formatted(where, range.getCount(), partition, consumed.size()));
    }
    consumed.forEach((offset, item) -> learn(item, partition + "@" + offset, examples));
    positions.put(partition, range.getLastOffset() + 1);
  }

  /** Whether a rollback went back in the log: where each checkpoint stood. */
  Map<Integer, Long> standing(long sequence) {
    return standings.getOrDefault(sequence, Map.of());
  }
}
