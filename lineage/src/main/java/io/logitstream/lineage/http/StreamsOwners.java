package io.logitstream.lineage.http;

import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.StoreOwners;
import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.TrainingStore;
import io.logitstream.lineage.topology.IndexedTopics;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.schemas.topics.Topic;
import java.net.http.HttpClient;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyQueryMetadata;
import org.apache.kafka.streams.StreamsMetadata;
import org.apache.kafka.streams.state.HostInfo;

/** The owners as Kafka Streams assigns them: {@code application.server} tells where they are. */
public final class StreamsOwners implements StoreOwners {
  private final KafkaStreams streams;
  private final HostInfo self;
  private final IndexView own;
  private final HttpClient client;
  private final Map<String, TopicPartitions> sources;

  /** A topic that every task of a store reads a partition of. */
  private record TopicPartitions(String topic, int partitions) {}

  /**
   * @param self where this instance listens
   * @param own what this instance keeps
   */
  public StreamsOwners(
      KafkaStreams streams, HostInfo self, IndexView own, IndexedTopics topics, HttpClient client) {
    this.streams = streams;
    this.self = self;
    this.own = own;
    this.client = client;
    this.sources =
        Map.of(
            PromptStore.NAME,
            new TopicPartitions(topics.name(Topic.PROMPTS), topics.promptPartitions()),
            DeadLetterStore.NAME,
            new TopicPartitions(
                Topic.deadLetterTopic(topics.name(Topic.PROMPTS)), topics.deadLetterPartitions()),
            TrainingStore.NAME,
            new TopicPartitions(topics.name(Topic.TRAINING_LEDGER), topics.runPartitions()));
  }

  @Override
  public IndexView ownerOf(String promptId) {
    requireRunning();
    KeyQueryMetadata owner =
        streams.queryMetadataForKey(
            PromptStore.NAME,
            promptId,
            (topic, key, value, partitions) ->
                Optional.of(Set.of(PromptPartitioner.partition(key, partitions))));
    if (owner.equals(KeyQueryMetadata.NOT_AVAILABLE)) {
      throw moving(PromptStore.NAME);
    }
    return view(owner.activeHost());
  }

  @Override
  public List<IndexView> ownersOf(String store) {
    requireRunning();
    TopicPartitions source = sources.get(store);
    if (source == null) {
      throw new IllegalArgumentException("the index has no store " + store);
    }
    Collection<StreamsMetadata> owners = streams.streamsMetadataForStore(store);
    Set<Integer> owned = new HashSet<>();
    for (StreamsMetadata owner : owners) {
      owner.topicPartitions().stream()
          .filter(partition -> partition.topic().equals(source.topic()))
          .map(TopicPartition::partition)
          .forEach(owned::add);
    }
    if (owned.size() < source.partitions()) {
      throw moving(store);
    }
    return owners.stream().map(owner -> view(owner.hostInfo())).toList();
  }

  /** Until then parts of a store may still be on their way, and an answer would leave them out. */
  private void requireRunning() {
    KafkaStreams.State state = streams.state();
    if (state != KafkaStreams.State.RUNNING) {
      throw new LogitstreamException(
          FailureKind.RETRYABLE,
          "the index is %s: its stores are being moved or restored, ask again".formatted(state));
    }
  }

  private static LogitstreamException moving(String store) {
    return new LogitstreamException(
        FailureKind.RETRYABLE,
        "parts of the store '%s' are between two owners, ask again".formatted(store));
  }

  private IndexView view(HostInfo host) {
    return host.equals(self)
        ? own
        : RemoteView.ofInstance(client, "http://%s:%d".formatted(host.host(), host.port()));
  }
}
