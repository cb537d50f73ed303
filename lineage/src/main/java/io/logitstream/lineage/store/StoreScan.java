package io.logitstream.lineage.store;

import java.util.Arrays;
import java.util.function.BiPredicate;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;

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

  /** As {@link #prefix}, from the first key after one of them on. */
  static void prefixAfter(
      ReadOnlyKeyValueStore<byte[], byte[]> store,
      byte[] prefix,
      byte[] after,
      BiPredicate<byte[], byte[]> visitor) {
    visit(
        store.range(Arrays.copyOf(after, after.length + 1), next(prefix)),
        (key, value) -> Arrays.mismatch(key, prefix) >= prefix.length && visitor.test(key, value));
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
