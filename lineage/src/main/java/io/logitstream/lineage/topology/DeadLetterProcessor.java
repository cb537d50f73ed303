package io.logitstream.lineage.topology;

import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.RecordKind;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.schemas.IndexedDeadLetter;
import io.logitstream.schemas.topics.Topic;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Puts dead letters into the {@link DeadLetterStore}, by the promptId in their keys: their values
 * are whatever was read. A letter whose key names no prompt is not indexed.
 */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class DeadLetterProcessor implements Processor<byte[], byte[], Void, Void> {
  private final IndexedTopics topics;
  private final IndexCounts counts;
  private ProcessorContext<Void, Void> context;
  private KeyValueStore<byte[], byte[]> store;

  DeadLetterProcessor(IndexedTopics topics, IndexCounts counts) {
    this.topics = topics;
    this.counts = counts;
  }

  @Override
  public void init(ProcessorContext<Void, Void> processorContext) {
    context = processorContext;
    store = processorContext.getStateStore(DeadLetterStore.NAME);
  }

  @Override
  public void process(Record<byte[], byte[]> read) {
    RecordPlace place = RecordPlace.of(context, read);
    Optional<String> key = RecordPlace.key(read.key());
    Optional<String> promptId = key.flatMap(kind(place.topic())::promptId);
    if (key.isEmpty() || promptId.isEmpty()) {
      counts.unreadable(place.topic());
      return;
    }
    try {
      index(read, place, key.get(), promptId.get());
    } catch (IllegalArgumentException e) {
      counts.unreadable(place.topic());
    }
  }

  private void index(Record<byte[], byte[]> read, RecordPlace place, String key, String promptId) {
    String topic = place.topic().substring(topics.prefix().length());
    byte @Nullable [] value = read.value();
    Header code = read.headers().lastHeader(LetterHeaders.CODE);
    if (value == null && code == null) {
      counts.erased(
          DeadLetterStore.erase(
              store, promptId, topic, key, place.partition(), place.offset(), place.appendedAt()));
      return;
    }
    DeadLetterStore.put(
        store,
        promptId,
        IndexedDeadLetter.newBuilder()
            .setTopic(topic)
            .setPartition(place.partition())
            .setOffset(place.offset())
            .setKey(key)
            .setAppendedAt(place.appendedAt())
            .setCode(code == null ? "" : new String(code.value(), StandardCharsets.UTF_8))
            .build());
    counts.deadLetter();
  }

  private RecordKind kind(String deadLetterTopic) {
    return Arrays.stream(RecordKind.values())
        .filter(kind -> Topic.deadLetterTopic(topics.name(kind.topic())).equals(deadLetterTopic))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a record of topic " + deadLetterTopic));
  }
}
