package io.logitstream.lineage.topology;

import java.util.Map;
import org.apache.kafka.streams.state.RocksDBConfigSetter;
import org.jspecify.annotations.Nullable;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.CompressionType;
import org.rocksdb.IndexType;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.WriteBufferManager;

/**
 * Bounds what all stores of the process use of memory together; by default each takes its own, and
 * there is one for every partition. Kafka Streams makes an instance of this class for each store.
 */
public final class StoreMemory implements RocksDBConfigSetter {
  /** The bound in bytes, among the settings of Streams. */
  public static final String BYTES = "logitstream.index.memory.bytes";

  private static final int SMALLEST_WRITE_BUFFER_BYTES = 1 << 20;
  private static final int LARGEST_WRITE_BUFFER_BYTES = 16 << 20;

  private static @Nullable Shared shared;

  /** What stores share; lives as long as the process. */
  private record Shared(Cache blocks, WriteBufferManager writes, long writeBufferBytes) {}

  @Override
  public void setConfig(String storeName, Options options, Map<String, Object> configs) {
    Shared memory = shared(Long.parseLong(String.valueOf(configs.get(BYTES))));
    BlockBasedTableConfig table = (BlockBasedTableConfig) options.tableFormatConfig();
    table.setBlockCache(memory.blocks());
    table.setCacheIndexAndFilterBlocks(true);
    table.setCacheIndexAndFilterBlocksWithHighPriority(true);
    // Indexes and filters of a large store do not fit: they are cut too, and their tops stay.
    table.setIndexType(IndexType.kTwoLevelIndexSearch);
    table.setPartitionFilters(true);
    table.setPinTopLevelIndexAndFilter(true);
    options.setTableFormatConfig(table);
    options.setWriteBufferManager(memory.writes());
    options.setWriteBufferSize(memory.writeBufferBytes());
    options.setMaxWriteBufferNumber(2);
    options.setCompressionType(CompressionType.LZ4_COMPRESSION);
  }

  @Override
  public void close(String storeName, Options options) {
    // Nothing here belongs to one store.
  }

  private static synchronized Shared shared(long bytes) {
    if (shared == null) {
      RocksDB.loadLibrary();
      Cache blocks = new LRUCache(bytes, -1, false, 0.3);
      long writeBytes = bytes / 3;
      shared =
          new Shared(
              blocks,
              new WriteBufferManager(writeBytes, blocks),
              Math.max(
                  SMALLEST_WRITE_BUFFER_BYTES,
                  Math.min(LARGEST_WRITE_BUFFER_BYTES, writeBytes / 4)));
    }
    return shared;
  }
}
