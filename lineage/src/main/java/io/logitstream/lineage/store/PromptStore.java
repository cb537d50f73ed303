package io.logitstream.lineage.store;

import io.logitstream.schemas.IndexedRecord;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiPredicate;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Where the records of each prompt lie, and which prompts are about a subject.
 *
 * <pre>
 * P promptId kind window partition offset  -> IndexedRecord
 * S subject promptId                       -> nothing
 * </pre>
 */
public final class PromptStore {
  /** The store's name. */
  public static final String NAME = "prompts";

  /** The most records of a prompt that are told of; a prompt has a few for each of its windows. */
  public static final int MAX_RECORDS = 10_000;

  private static final StoredValues<IndexedRecord> RECORDS =
      new StoredValues<>(IndexedRecord.class);
  private static final byte[] PRESENT = {1};

  /** A record and its kind. */
  public record Located(RecordKind kind, IndexedRecord record) {}

  private PromptStore() {}

  /**
   * Adds a record. Each record of a topic has an entry of its own, copies of one prompt too: all of
   * them are scored and trained on.
   *
   * @throws IllegalArgumentException if the promptId is longer than keys may be
   */
  public static void put(
      KeyValueStore<byte[], byte[]> store, String promptId, RecordKind kind, IndexedRecord record) {
    store.put(key(promptId, kind, record), RECORDS.bytes(record));
    String subject = record.getSubject();
    if (subject != null) {
      store.put(new KeyBytes('S').text(subject).text(promptId).done(), PRESENT);
    }
  }

  /**
   * Marks the records that a tombstone erases: those under its key that lie before it. When nothing
   * of the prompt stands any more, what tells of a person goes; until then its subject still leads
   * to what is left. Where the records lay stays, because checkpoints were trained on them.
   *
   * @return how many records were marked
   */
  public static int erase(
      KeyValueStore<byte[], byte[]> store, String promptId, RecordKind kind, Tombstone tombstone) {
    int erased = 0;
    boolean standing = false;
    for (Located located : records(store, promptId)) {
      IndexedRecord record = located.record();
      if (record.getErasedAt() == null && located.kind() == kind && tombstone.erases(record)) {
        record.setErasedByOffset(tombstone.offset());
        record.setErasedAt(tombstone.appendedAt());
        store.put(key(promptId, kind, record), RECORDS.bytes(record));
        erased++;
      }
      standing |= record.getErasedAt() == null;
    }
    if (!standing) {
      depersonalise(store, promptId);
    }
    return erased;
  }

  /**
   * Takes what tells of a person from prompts of which nothing is left: each of their records is
   * erased, or time has removed it. Goes through a part of the store at a time.
   *
   * @param after the key that the part before ended with; empty to begin
   * @param limit the most records of a part
   * @param isGone whether time has removed a record of a kind
   * @return the key that this part ended with; empty if it was the last
   */
  public static Optional<byte[]> depersonalise(
      KeyValueStore<byte[], byte[]> store,
      Optional<byte[]> after,
      int limit,
      BiPredicate<RecordKind, IndexedRecord> isGone) {
    byte[] prefix = new KeyBytes('P').done();
    Set<String> personal = new LinkedHashSet<>();
    List<byte[]> keys = new ArrayList<>();
    StoreScan.prefixAfter(
        store,
        prefix,
        after.orElse(prefix),
        (key, value) -> {
          IndexedRecord record = RECORDS.value(value);
          if (record.getSubject() != null || record.getSourcePosition() != null) {
            personal.add(KeyBytes.textAt(key, prefix.length));
          }
          keys.add(key);
          return keys.size() < limit;
        });
    for (String promptId : personal) {
      if (records(store, promptId).stream()
          .allMatch(
              located ->
                  located.record().getErasedAt() != null
                      || isGone.test(located.kind(), located.record()))) {
        depersonalise(store, promptId);
      }
    }
    return keys.size() < limit ? Optional.empty() : Optional.of(keys.get(keys.size() - 1));
  }

  private static void depersonalise(KeyValueStore<byte[], byte[]> store, String promptId) {
    for (Located located : records(store, promptId)) {
      IndexedRecord record = located.record();
      String subject = record.getSubject();
      if (subject != null) {
        store.delete(new KeyBytes('S').text(subject).text(promptId).done());
      }
      record.setSubject(null);
      record.setSourcePosition(null);
      store.put(key(promptId, located.kind(), record), RECORDS.bytes(record));
    }
  }

  /** The records of a prompt by kind, window, partition and offset; empty if it is not known. */
  public static List<Located> records(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String promptId) {
    List<Located> records = new ArrayList<>();
    byte[] prefix = new KeyBytes('P').text(promptId).done();
    StoreScan.prefix(
        store,
        prefix,
        (key, value) -> {
          records.add(new Located(RecordKind.ofCode(key[prefix.length]), RECORDS.value(value)));
          return records.size() < MAX_RECORDS;
        });
    return records;
  }

  /**
   * The prompts about a subject, in the order of their ids. A subject's prompts lie in all
   * partitions, and a store of several partitions tells of one after the other: so all of them are
   * visited, and the first ones kept.
   *
   * @param after the last one that was told before; empty to begin
   * @param limit the most that are told
   */
  public static List<String> promptsOf(
      ReadOnlyKeyValueStore<byte[], byte[]> store,
      String subject,
      Optional<String> after,
      int limit) {
    byte[] prefix = new KeyBytes('S').text(subject).done();
    TreeSet<String> first = new TreeSet<>();
    StoreScan.prefix(
        store,
        prefix,
        (key, value) -> {
          String prompt = KeyBytes.textAt(key, prefix.length);
          if (after.isEmpty() || prompt.compareTo(after.get()) > 0) {
            first.add(prompt);
          }
          if (first.size() > limit) {
            first.pollLast();
          }
          return true;
        });
    return List.copyOf(first);
  }

  private static byte[] key(String promptId, RecordKind kind, IndexedRecord record) {
    return new KeyBytes('P')
        .text(promptId)
        .single(kind.code())
        .number(record.getWindow())
        .number(record.getPartition())
        .number(record.getOffset())
        .done();
  }
}
