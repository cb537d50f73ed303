package io.logitstream.lineage;

import static io.logitstream.lineage.Samples.TEACHER;
import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.lineage.http.IndexEndpoint;
import io.logitstream.lineage.http.IndexEndpoint.Answers;
import io.logitstream.lineage.http.IndexStatus;
import io.logitstream.lineage.http.RemoteView;
import io.logitstream.lineage.query.LocalView;
import io.logitstream.lineage.query.Trace;
import io.logitstream.lineage.query.Trace.Answer;
import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.RecordKind;
import io.logitstream.lineage.store.TrainingStore;
import io.logitstream.lineage.topology.StreamsSettings;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.schemas.IndexedRange;
import io.logitstream.schemas.IndexedRecord;
import io.logitstream.schemas.topics.RecordKeys;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a question costs with many prompts behind it: stores as the service keeps them, filled
 * directly, and asked over HTTP. Prints one JSON object; {@code -Dindex.prompts=10000000} sets its
 * size.
 */
@Tag("long")
class IndexBenchmarkTest {
  private static final int PARTITIONS = 4;
  private static final int STEP_RECORDS = 8;
  private static final int STEPS_PER_CHECKPOINT = 100;
  private static final int RUNS = 2;
  private static final int QUESTIONS = 2000;
  private static final String TOPIC_ID = Uuid.randomUuid().toString();

  @TempDir static Path folder;

  private final Map<String, KeyValueStore<byte[], byte[]>> stores = new HashMap<>();
  private final int prompts = Integer.getInteger("index.prompts", 1_000_000);

  @Test
  void aTraceIsAnsweredFromAShortRange() throws Exception {
    for (String name : List.of(PromptStore.NAME, DeadLetterStore.NAME, TrainingStore.NAME)) {
      stores.put(name, open(name));
    }
    long startNanos = System.nanoTime();
    fill();
    double fillSeconds = (System.nanoTime() - startNanos) / 1e9;
    LocalView view = new LocalView(name -> Objects.requireNonNull(stores.get(name)));
    List<Double> milliseconds = new ArrayList<>();
    try (IndexEndpoint endpoint = IndexEndpoint.start("127.0.0.1", 0, new SimpleMeterRegistry())) {
      endpoint.answerFrom(new Answers(view, view, () -> new IndexStatus("RUNNING", 1, 0)));
      RemoteView remote =
          RemoteView.ofAll(RemoteView.client(), "http://127.0.0.1:" + endpoint.port());
      Random random = new Random(1);
      for (int i = 0; i < QUESTIONS; i++) {
        int prompt = random.nextInt(prompts);
        long askedNanos = System.nanoTime();
        Trace trace = remote.trace(id(prompt));
        milliseconds.add((System.nanoTime() - askedNanos) / 1e6);
        assertThat(trace.answer()).isEqualTo(Answer.TRAINED);
        assertThat(trace.runs()).hasSize(RUNS);
        assertThat(trace.runs().get(0).firstStep()).isEqualTo(step(prompt));
      }
      assertThat(remote.trace("nobody's").answer()).isEqualTo(Answer.UNKNOWN);
    }
    double first = milliseconds.get(0);
    Collections.sort(milliseconds);
    stores.values().forEach(KeyValueStore::close);
    System.out.printf(
        Locale.ROOT,
        "{\"prompts\":%d,\"runs\":%d,\"stepRecords\":%d,\"fillSeconds\":%.1f,\"storeBytesPerPrompt\":%.1f,"
            + "\"traceFirstMs\":%.1f,\"traceP50Ms\":%.2f,\"traceP99Ms\":%.2f,\"traceMaxMs\":%.1f}%n",
        prompts,
        RUNS,
        STEP_RECORDS,
        fillSeconds,
        storeBytes() / (double) prompts,
        first,
        milliseconds.get(QUESTIONS / 2),
        milliseconds.get(QUESTIONS * 99 / 100),
        milliseconds.get(QUESTIONS - 1));
  }

  private void fill() {
    KeyValueStore<byte[], byte[]> places = Objects.requireNonNull(stores.get(PromptStore.NAME));
    KeyValueStore<byte[], byte[]> training = Objects.requireNonNull(stores.get(TrainingStore.NAME));
    for (int prompt = 0; prompt < prompts; prompt++) {
      PromptStore.put(places, id(prompt), RecordKind.PROMPT, record(prompt, id(prompt), 0));
      PromptStore.put(
          places, id(prompt), RecordKind.TRAINING_WINDOW, record(prompt, id(prompt) + "/0/r1", 1));
    }
    int records = STEP_RECORDS / PARTITIONS;
    for (int prompt = 0; prompt < prompts; prompt += STEP_RECORDS) {
      long step = step(prompt);
      for (int run = 0; run < RUNS; run++) {
        for (int partition = 0; partition < PARTITIONS; partition++) {
          long first = offset(prompt);
          TrainingStore.putRange(
              training,
              TOPIC_ID,
              partition,
              partition,
              IndexedRange.newBuilder()
                  .setRun("run-" + run)
                  .setSequence(step / STEPS_PER_CHECKPOINT)
                  .setIndex((int) (step % STEPS_PER_CHECKPOINT))
                  .setStep(step)
                  .setCursor("live")
                  .setFirstOffset(first)
                  .setLastOffset(first + records - 1)
                  .setCount(records)
                  .build());
        }
      }
    }
  }

  private static IndexedRecord record(int prompt, String key, int windows) {
    return IndexedRecord.newBuilder()
        .setTopicId(TOPIC_ID)
        .setPartition(prompt % PARTITIONS)
        .setOffset(offset(prompt))
        .setKey(key)
        .setAppendedAt(Instant.EPOCH)
        .setWindows(windows)
        .setTeacher(windows == 0 ? null : TEACHER)
        .setSubject(prompt % 100 == 0 ? "subject-" + prompt % 10_000 : null)
        .setDomain("java")
        .setSource("docs")
        .setSourcePosition(windows == 0 ? "library.jar!/org/example/File" + prompt : null)
        .build();
  }

  /** Prompts go round the partitions; eight of them, two of each partition, are a step. */
  private static long offset(int prompt) {
    return prompt / PARTITIONS;
  }

  private static long step(int prompt) {
    return prompt / STEP_RECORDS + 1L;
  }

  private static String id(int prompt) {
    return RecordKeys.promptId("docs", Integer.toString(prompt));
  }

  private static KeyValueStore<byte[], byte[]> open(String name) {
    KafkaSettings kafka = new KafkaSettings("unused:1", "mock://none", "", true, Map.of());
    Properties properties =
        StreamsSettings.of(
            new IndexSettings("bench", "127.0.0.1", 0, folder, 1, 0, 64 << 20, 1), kafka, 1);
    MockProcessorContext<Void, Void> context =
        new MockProcessorContext<>(properties, new TaskId(0, 0), folder.toFile());
    KeyValueStore<byte[], byte[]> store =
        Stores.keyValueStoreBuilder(
                Stores.persistentKeyValueStore(name), Serdes.ByteArray(), Serdes.ByteArray())
            .withLoggingDisabled()
            .build();
    store.init(context.getStateStoreContext(), store);
    return store;
  }

  private static long storeBytes() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).mapToLong(file -> file.toFile().length()).sum();
    }
  }
}
