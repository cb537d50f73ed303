package io.logitstream.lineage.store;

import io.logitstream.schemas.IndexedDeadLetter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

/**
 * Where the dead letters of each prompt lie.
 *
 * <pre>
 * D promptId topic partition offset  -> IndexedDeadLetter
 * </pre>
 */
public final class DeadLetterStore {
  /** The store's name. */
  public static final String NAME = "dead-letters";

  private static final int MAX_LETTERS = 10_000;

  private static final StoredValues<IndexedDeadLetter> LETTERS =
      new StoredValues<>(IndexedDeadLetter.class);

  private DeadLetterStore() {}

  /**
   * Adds a dead letter.
   *
   * @throws IllegalArgumentException if the promptId is longer than keys may be
   */
  public static void put(
      KeyValueStore<byte[], byte[]> store, String promptId, IndexedDeadLetter letter) {
    store.put(key(promptId, letter), LETTERS.bytes(letter));
  }

  /** Marks the dead letters under a key that lie before a tombstone of their partition. */
  public static int erase(
      KeyValueStore<byte[], byte[]> store,
      String promptId,
      String topic,
      String key,
      int partition,
      long offset,
      Instant appendedAt) {
    int erased = 0;
    for (IndexedDeadLetter letter : letters(store, promptId)) {
      if (letter.getErasedAt() == null
          && letter.getTopic().equals(topic)
          && letter.getKey().equals(key)
          && letter.getPartition() == partition
          && letter.getOffset() < offset) {
        put(store, promptId, IndexedDeadLetter.newBuilder(letter).setErasedAt(appendedAt).build());
        erased++;
      }
    }
    return erased;
  }

  /** The dead letters of a prompt by topic, partition and offset. */
  public static List<IndexedDeadLetter> letters(
      ReadOnlyKeyValueStore<byte[], byte[]> store, String promptId) {
    List<IndexedDeadLetter> letters = new ArrayList<>();
    StoreScan.prefix(
        store,
        new KeyBytes('D').text(promptId).done(),
        (key, value) -> {
          letters.add(LETTERS.value(value));
          return letters.size() < MAX_LETTERS;
        });
    return letters;
  }

  private static byte[] key(String promptId, IndexedDeadLetter letter) {
    return new KeyBytes('D')
        .text(promptId)
        .text(letter.getTopic())
        .number(letter.getPartition())
        .number(letter.getOffset())
        .done();
  }
}
