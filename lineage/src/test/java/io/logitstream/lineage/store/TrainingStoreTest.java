package io.logitstream.lineage.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.schemas.IndexedRange;
import io.logitstream.schemas.trust.TrustedSchemas;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Random;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainingStoreTest {
  private static final int OFFSETS = 300;

  @TempDir static Path folder;

  /** A range, and the topic and partition that it is in. */
  private record Put(String topicId, int partition, IndexedRange range) {
    boolean holds(String topic, int number, long offset) {
      return topicId.equals(topic)
          && partition == number
          && range.getFirstOffset() <= offset
          && offset <= range.getLastOffset();
    }
  }

  @BeforeAll
  static void trustSchemas() {
    TrustedSchemas.trust();
  }

  /** Over ranges of one record, of a step and of a whole run, beside those of other partitions. */
  @Test
  void everyRangeThatHoldsAnOffsetIsFoundAndNoOther() {
    Random random = new Random(11);
    KeyValueStore<byte[], byte[]> store = store();
    List<Put> puts = new ArrayList<>();
    for (int index = 0; index < 400; index++) {
      long first = random.nextInt(OFFSETS);
      long length = 1L << random.nextInt(index % 50 == 0 ? 40 : 6);
      Put put =
          new Put(
              "topic" + random.nextInt(2),
              random.nextInt(3),
              range("run" + random.nextInt(3), index, first, first + length - 1));
      puts.add(put);
      TrainingStore.putRange(store, put.topicId(), put.partition(), 0, put.range());
    }
    for (int question = 0; question < 2000; question++) {
      String topicId = "topic" + random.nextInt(3);
      int partition = random.nextInt(4);
      long offset = random.nextInt(2 * OFFSETS);
      assertThat(TrainingStore.rangesWith(store, topicId, partition, offset))
          .extracting(IndexedRange::getSequence)
          .containsExactlyInAnyOrderElementsOf(
              puts.stream()
                  .filter(put -> put.holds(topicId, partition, offset))
                  .map(put -> put.range().getSequence())
                  .toList());
    }
  }

  private static IndexedRange range(String run, long sequence, long first, long last) {
    return IndexedRange.newBuilder()
        .setRun(run)
        .setSequence(sequence)
        .setIndex(0)
        .setStep(sequence)
        .setCursor("live")
        .setFirstOffset(first)
        .setLastOffset(last)
        .setCount(1)
        .build();
  }

  private static KeyValueStore<byte[], byte[]> store() {
    Properties properties = new Properties();
    properties.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
    properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
    MockProcessorContext<Void, Void> context =
        new MockProcessorContext<>(properties, new TaskId(0, 0), folder.toFile());
    KeyValueStore<byte[], byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(TrainingStore.NAME),
                Serdes.ByteArray(),
                Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }
}
