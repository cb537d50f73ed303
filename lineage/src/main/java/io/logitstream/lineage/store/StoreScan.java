package io.logitstream.lineage.store;

import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiPredicate;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** Short ranges of a store. */
final class StoreScan {
  private static final ByteArraySerializer BYTES = new ByteArraySerializer();

  private StoreScan() {}

  /** Visits the entries whose keys begin with a prefix, in order, while the visitor wants more. */
  static void prefix(
      ReadOnlyKeyValueStore<byte[], byte[]> store,
      byte[] prefix,
      BiPredicate<byte[], byte[]> visitor) {
    visit(store.prefixScan(prefix, BYTES), visitor);
  }

  /**
   * As {@link #prefix}, and tells what comes behind.
   *
   * @param outer a prefix of the prefix
   * @return the first key behind those that were visited; empty if it does not begin with {@code
   *     outer}
   */
  static Optional<byte[]> prefixWithin(
      ReadOnlyKeyValueStore<byte[], byte[]> store,
      byte[] outer,
      byte[] prefix,
      BiPredicate<byte[], byte[]> visitor) {
    AtomicReference<byte @Nullable []> beyond = new AtomicReference<>();
    visit(
        store.range(prefix, next(outer)),
        (key, value) -> {
          if (startsWith(key, prefix) && visitor.test(key, value)) {
            return true;
          }
          beyond.set(key);
          return false;
        });
    return Optional.ofNullable(beyond.get()).filter(key -> startsWith(key, outer));
  }

  private static boolean startsWith(byte[] key, byte[] prefix) {
    int mismatch = Arrays.mismatch(key, prefix);
    return mismatch < 0 || mismatch >= prefix.length;
  }

  /** As {@link #prefix}, from the first key after one of them on. */
  static void prefixAfter(
      ReadOnlyKeyValueStore<byte[], byte[]> store,
      byte[] prefix,
      byte[] after,
      BiPredicate<byte[], byte[]> visitor) {
    visit(
        store.range(Arrays.copyOf(after, after.length + 1), next(prefix)),
        (key, value) -> startsWith(key, prefix) && visitor.test(key, value));
  }

  private static void visit(
      KeyValueIterator<byte[], byte[]> entries, BiPredicate<byte[], byte[]> visitor) {
    try (entries) {
      while (entries.hasNext()) {
        KeyValue<byte[], byte[]> entry = entries.next();
        if (!visitor.test(entry.key, entry.value)) {
          return;
        }
      }
    }
  }

  /** The first key after all those that begin with a prefix; families are ASCII letters. */
  private static byte[] next(byte[] prefix) {
    byte[] next = prefix.clone();
    int last = next.length - 1;
    while (last > 0 && next[last] == (byte) 0xff) {
      next[last--] = 0;
    }
    next[last]++;
    return next;
  }
}
