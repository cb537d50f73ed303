package io.logitstream.lineage.topology;

import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.RecordKind;
import io.logitstream.lineage.store.Tombstone;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.IndexedRecord;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Puts prompts, training windows and evaluation windows into the {@link PromptStore}. */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class PromptProcessor implements Processor<byte[], byte[], Void, Void> {
  static final Duration SWEEP_EVERY = Duration.ofSeconds(30);

  private static final int SWEPT_RECORDS = 20_000;

  private final IndexedTopics topics;
  private final KafkaSettings kafka;
  private final StopSignal stop;
  private final IndexCounts counts;
  private Decoding<Prompt> prompts;
  private Decoding<TeacherLogits> windows;
  private ProcessorContext<Void, Void> context;
  private KeyValueStore<byte[], byte[]> store;
  private Optional<byte[]> swept = Optional.empty();

  PromptProcessor(IndexedTopics topics, KafkaSettings kafka, StopSignal stop, IndexCounts counts) {
    this.topics = topics;
    this.kafka = kafka;
    this.stop = stop;
    this.counts = counts;
  }

  @Override
  public void init(ProcessorContext<Void, Void> processorContext) {
    context = processorContext;
    prompts = new Decoding<>(kafka, Prompt.class, stop, counts);
    windows = new Decoding<>(kafka, TeacherLogits.class, stop, counts);
    store = processorContext.getStateStore(PromptStore.NAME);
    processorContext.schedule(SWEEP_EVERY, PunctuationType.WALL_CLOCK_TIME, this::sweep);
  }

  @Override
  public void process(Record<byte[], byte[]> read) {
    RecordPlace place = RecordPlace.of(context, read);
    RecordKind kind = kind(place.topic());
    Optional<String> key = RecordPlace.key(read.key());
    byte @Nullable [] value = read.value();
    if (key.isEmpty()) {
      prompts.leaveOut(place.topic(), place.toString(), "its key is no text");
      return;
    }
    try {
      if (value == null) {
        erase(kind, key.get(), place);
      } else if (kind == RecordKind.PROMPT) {
        prompts
            .decode(place.topic(), place.toString(), value)
            .ifPresent(prompt -> add(prompt, key.get(), place));
      } else {
        windows
            .decode(place.topic(), place.toString(), value)
            .ifPresent(window -> add(kind, window, key.get(), place));
      }
    } catch (IllegalArgumentException e) {
      prompts.leaveOut(place.topic(), place.toString(), String.valueOf(e.getMessage()));
    }
  }

  /** The index keeps what tells of a person no longer than the topics do. */
  private void sweep(long nowMs) {
    swept =
        PromptStore.depersonalise(
            store,
            swept,
            SWEPT_RECORDS,
            (kind, record) -> {
              Duration keptFor = topics.keptFor().get(kind.topic());
              return keptFor != null && record.getAppendedAt().plus(keptFor).toEpochMilli() < nowMs;
            });
  }

  private void erase(RecordKind kind, String key, RecordPlace place) {
    kind.promptId(key)
        .ifPresent(
            promptId ->
                counts.erased(
                    PromptStore.erase(
                        store,
                        promptId,
                        kind,
                        new Tombstone(
                            key, place.partition(), place.offset(), place.appendedAt()))));
  }

  private void add(Prompt prompt, String key, RecordPlace place) {
    PromptStore.put(
        store,
        prompt.getPromptId(),
        RecordKind.PROMPT,
        located(RecordKind.PROMPT, key, place)
            .setHeldOut(prompt.getHeldOut())
            .setWeight(prompt.getWeight())
            .setSubject(prompt.getSubject())
            .setDomain(prompt.getDomain())
            .setSource(prompt.getSource())
            .setSourcePosition(prompt.getSourcePosition())
            .build());
    counts.prompt();
  }

  private void add(RecordKind kind, TeacherLogits window, String key, RecordPlace place) {
    PromptStore.put(
        store,
        window.getPromptId(),
        kind,
        located(kind, key, place)
            .setWindow(window.getWindow())
            .setWindows(window.getWindows())
            .setTeacher(window.getTeacher().getName() + "@" + window.getTeacher().getRevision())
            .setHeldOut(window.getHeldOut())
            .setWeight(isTrainable(window) ? window.getWeight() : 0)
            .setSubject(window.getSubject())
            .setDomain(window.getDomain())
            .setSource(window.getSource())
            .build());
    counts.window();
  }

  /** Runs pass a window over whose spans have no weight, as they do one that has none itself. */
  private static boolean isTrainable(TeacherLogits window) {
    return window.getSpans().stream().anyMatch(span -> span.getWeight() != 0);
  }

  private IndexedRecord.Builder located(RecordKind kind, String key, RecordPlace place) {
    return IndexedRecord.newBuilder()
        .setTopicId(topics.id(kind.topic()))
        .setPartition(place.partition())
        .setOffset(place.offset())
        .setKey(key)
        .setAppendedAt(place.appendedAt());
  }

  private RecordKind kind(String topic) {
    return Arrays.stream(RecordKind.values())
        .filter(kind -> topics.name(kind.topic()).equals(topic))
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("a record of topic " + topic));
  }

  @Override
  public void close() {
    prompts.close();
    windows.close();
  }
}
