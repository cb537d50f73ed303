package io.logitstream.lineage.store;

import io.logitstream.schemas.IndexedCheckpoint;
import io.logitstream.schemas.IndexedPin;
import io.logitstream.schemas.IndexedRange;
import io.logitstream.schemas.IndexedRollback;
import io.logitstream.schemas.IndexedSkip;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * What runs did with offsets: which steps consumed them, which records were condemned, and the
 * checkpoints that came of it.
 *
 * <pre>
 * R topicId partition level block run sequence index ordinal  -> IndexedRange, for each block of a range
 * K topicId partition offset run sequence                     -> IndexedSkip
 * C run sequence                                              -> IndexedCheckpoint
 * B run sequence                                              -> IndexedRollback
 * W sha256 run sequence                                       -> IndexedCheckpoint, by its weights
 * E promptId run domain window teacher                        -> IndexedPin
 * </pre>
 *
 * Runs stand last in the keys of ranges, so that one look-up finds those of all runs.
 */
public final class TrainingStore {
  /** The store's name. */
  public static final String NAME = "training";

  /** The most answers to one question about an offset. */
  public static final int MAX_ANSWERS = 10_000;

  private static final StoredValues<IndexedRange> RANGES = new StoredValues<>(IndexedRange.class);
  private static final StoredValues<IndexedSkip> SKIPS = new StoredValues<>(IndexedSkip.class);
  private static final StoredValues<IndexedCheckpoint> CHECKPOINTS =
      new StoredValues<>(IndexedCheckpoint.class);
  private static final StoredValues<IndexedRollback> ROLLBACKS =
      new StoredValues<>(IndexedRollback.class);
  private static final StoredValues<IndexedPin> PINS = new StoredValues<>(IndexedPin.class);

  private TrainingStore() {}

  /**
   * Adds a range that a step consumed.
   *
   * @param ordinal place of the range in its step
   */
  public static void putRange(
      KeyValueStore<byte[], byte[]> store,
      String topicId,
      int partition,
      int ordinal,
      IndexedRange range) {
    byte[] value = RANGES.bytes(range);
    for (OffsetBlocks.Block block :
        OffsetBlocks.cover(range.getFirstOffset(), range.getLastOffset())) {
      store.put(
          blockKey(topicId, partition, block)
              .text(range.getRun())
              .number(range.getSequence())
              .number(range.getIndex())
              .number(ordinal)
              .done(),
          value);
    }
  }

  /** Adds a record that a run condemned. */
  public static void putSkip(
      KeyValueStore<byte[], byte[]> store,
      String topicId,
      int partition,
      long offset,
      IndexedSkip skip) {
    store.put(
        skipKey(topicId, partition, offset).text(skip.getRun()).number(skip.getSequence()).done(),
        SKIPS.bytes(skip));
  }

  /** Adds a checkpoint, or what is known of it by now. */
  public static void putCheckpoint(
      KeyValueStore<byte[], byte[]> store, IndexedCheckpoint checkpoint) {
    byte[] value = CHECKPOINTS.bytes(checkpoint);
    store.put(runKey('C', checkpoint.getRun(), checkpoint.getSequence()), value);
    String sha256 = checkpoint.getWeightsSha256();
    if (sha256 != null) {
      store.put(
          new KeyBytes('W')
              .text(sha256)
              .text(checkpoint.getRun())
              .number(checkpoint.getSequence())
              .done(),
          value);
    }
  }

  /** Adds that a checkpoint took the weights of an earlier one. */
  public static void putRollback(
      KeyValueStore<byte[], byte[]> store, String run, long sequence, IndexedRollback rollback) {
    store.put(runKey('B', run, sequence), ROLLBACKS.bytes(rollback));
  }

  /** Adds a window of a pinned evaluation set. */
  public static void putPin(KeyValueStore<byte[], byte[]> store, String promptId, IndexedPin pin) {
    store.put(
        new KeyBytes('E')
            .text(promptId)
            .text(pin.getRun())
            .text(pin.getDomain())
            .number(pin.getWindow())
            .text(pin.getTeacher())
            .done(),
        PINS.bytes(pin));
  }

  /** The ranges of all runs that hold an offset, by run, sequence and place in the ledger. */
  public static List<IndexedRange> rangesWith(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String topicId, int partition, long offset) {
    List<IndexedRange> ranges = new ArrayList<>();
    byte[] blocks = blocksKey(topicId, partition).done();
    int level = 0;
    while (level < OffsetBlocks.LEVELS) {
      Optional<byte[]> beyond =
          StoreScan.prefixWithin(
              store,
              blocks,
              blockKey(topicId, partition, OffsetBlocks.containing(offset, level)).done(),
              (key, value) -> {
                ranges.add(RANGES.value(value));
                return ranges.size() < MAX_ANSWERS;
              });
      // The next block that there is says which levels have none: most of them.
      int found = beyond.map(key -> key[blocks.length] & 0xff).orElse(OffsetBlocks.LEVELS);
      level = Math.max(level + 1, found);
    }
    ranges.sort(
        Comparator.comparing(IndexedRange::getRun)
            .thenComparingLong(IndexedRange::getSequence)
            .thenComparingInt(IndexedRange::getIndex));
    return ranges;
  }

  /** The skips of a record by all runs. */
  public static List<IndexedSkip> skipsOf(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String topicId, int partition, long offset) {
    List<IndexedSkip> skips = new ArrayList<>();
    StoreScan.prefix(
        store,
        skipKey(topicId, partition, offset).done(),
        (key, value) -> {
          skips.add(SKIPS.value(value));
          return skips.size() < MAX_ANSWERS;
        });
    return skips;
  }

  /** A checkpoint; empty if the index does not know it. */
  public static Optional<IndexedCheckpoint> checkpoint(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String run, long sequence) {
    return Optional.ofNullable(store.get(runKey('C', run, sequence))).map(CHECKPOINTS::value);
  }

  /**
   * Checkpoints of a run in the order of their sequence.
   *
   * @param after the sequence before the first one that is told; -1 to begin
   */
  public static List<IndexedCheckpoint> checkpoints(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String run, long after, int limit) {
    byte[] prefix = new KeyBytes('C').text(run).done();
    List<IndexedCheckpoint> checkpoints = new ArrayList<>();
    StoreScan.prefixAfter(
        store,
        prefix,
        after < 0 ? prefix : runKey('C', run, after),
        (key, value) -> {
          checkpoints.add(CHECKPOINTS.value(value));
          return checkpoints.size() < limit;
        });
    return checkpoints;
  }

  /** Where a checkpoint's weights came from, if from an earlier one of its run. */
  public static Optional<IndexedRollback> rollback(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String run, long sequence) {
    return Optional.ofNullable(store.get(runKey('B', run, sequence))).map(ROLLBACKS::value);
  }

  /** The checkpoints, of all runs, that have these weights. */
  public static List<IndexedCheckpoint> withWeights(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String sha256) {
    List<IndexedCheckpoint> checkpoints = new ArrayList<>();
    StoreScan.prefix(
        store,
        new KeyBytes('W').text(sha256).done(),
        (key, value) -> {
          checkpoints.add(CHECKPOINTS.value(value));
          return checkpoints.size() < MAX_ANSWERS;
        });
    return checkpoints;
  }

  /** The evaluation sets that a prompt's windows are pinned in. */
  public static List<IndexedPin> pins(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String promptId) {
    List<IndexedPin> pins = new ArrayList<>();
    StoreScan.prefix(
        store,
        new KeyBytes('E').text(promptId).done(),
        (key, value) -> {
          pins.add(PINS.value(value));
          return pins.size() < MAX_ANSWERS;
        });
    return pins;
  }

  private static KeyBytes blockKey(String topicId, int partition, OffsetBlocks.Block block) {
    return blocksKey(topicId, partition).single(block.level()).number(block.index());
  }

  private static KeyBytes blocksKey(String topicId, int partition) {
    return new KeyBytes('R').text(topicId).number(partition);
  }

  private static KeyBytes skipKey(String topicId, int partition, long offset) {
    return new KeyBytes('K').text(topicId).number(partition).number(offset);
  }

  private static byte[] runKey(char family, String run, long sequence) {
    return new KeyBytes(family).text(run).number(sequence).done();
  }
}
