package io.logitstream.lineage;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.platform.DiskSpace;
import java.io.IOException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.rocksdb.RocksDBException;

class DiskSpaceTest {
  @Test
  void aFullDiskIsToldFromOtherFailuresOfTheStores() {
    RocksDBException full =
        new RocksDBException("While appending to file: 000012.sst: No space left on device");

    assertThat(
            DiskSpace.isMissing(new StreamsException(new ProcessorStateException("flush", full))))
        .isTrue();
    assertThat(DiskSpace.isMissing(new ProcessorStateException("flush", new IOException())))
        .isFalse();
    assertThat(DiskSpace.isMissing(new StreamsException("", new RocksDBException("Corruption"))))
        .isFalse();
  }
}
