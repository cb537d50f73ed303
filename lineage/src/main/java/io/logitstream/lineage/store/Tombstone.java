package io.logitstream.lineage.store;

import io.logitstream.schemas.IndexedRecord;
import java.time.Instant;

/**
 * A record without a value, which erases those under its key that lie before it.
 *
 * @param key its key
 * @param partition the partition that it lies in
 * @param offset its offset there
 * @param appendedAt when the broker appended it
 */
public record Tombstone(String key, int partition, long offset, Instant appendedAt) {
  boolean erases(IndexedRecord record) {
    return record.getKey().equals(key)
        && record.getPartition() == partition
        && record.getOffset() < offset;
  }
}
