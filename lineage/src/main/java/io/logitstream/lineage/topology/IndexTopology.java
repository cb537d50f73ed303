package io.logitstream.lineage.topology;

import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.TrainingStore;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.topics.Topic;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * Three flows that never meet; their stores are joined when a question is asked.
 *
 * <pre>
 * prompts, teacher-logits, evaluation-logits -> prompts        partitioned by promptId
 * their dead letters                         -> dead-letters   one partition
 * training-ledger, checkpoints               -> training       partitioned by run
 * </pre>
 */
public final class IndexTopology {
  private IndexTopology() {}

  /**
   * The topology.
   *
   * @param stop ends waits for the registry
   */
  public static Topology build(
      IndexedTopics topics, KafkaSettings kafka, StopSignal stop, IndexCounts counts) {
    Topology topology = new Topology();
    read(topology, "read-prompts", names(topics, IndexedTopics.BY_PROMPT));
    topology.addProcessor(
        "index-prompts", () -> new PromptProcessor(topics, kafka, stop, counts), "read-prompts");
    topology.addStateStore(store(PromptStore.NAME), "index-prompts");

    read(topology, "read-dead-letters", topics.deadLetters());
    topology.addProcessor(
        "index-dead-letters", () -> new DeadLetterProcessor(topics, counts), "read-dead-letters");
    topology.addStateStore(store(DeadLetterStore.NAME), "index-dead-letters");

    read(topology, "read-runs", names(topics, IndexedTopics.BY_RUN));
    topology.addProcessor(
        "index-runs", () -> new RunProcessor(topics, kafka, stop, counts), "read-runs");
    topology.addStateStore(store(TrainingStore.NAME), "index-runs");
    return topology;
  }

  private static void read(Topology topology, String name, List<String> topics) {
    topology.addSource(
        name,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topics.toArray(String[]::new));
  }

  private static List<String> names(IndexedTopics topics, List<Topic> read) {
    return read.stream().map(topics::name).toList();
  }

  private static StoreBuilder<KeyValueStore<byte[], byte[]>> store(String name) {
    return Stores.keyValueStoreBuilder(
        Stores.persistentKeyValueStore(name), Serdes.ByteArray(), Serdes.ByteArray());
  }
}
