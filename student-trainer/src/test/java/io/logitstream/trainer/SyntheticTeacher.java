package io.logitstream.trainer;

import io.logitstream.logits.FullLogits;
import io.logitstream.logits.Labels;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Writes records as a teacher would, of random tokens, the same for the same seed. */
final class SyntheticTeacher implements AutoCloseable {
  static final int VOCABULARY = 23;
  static final String REVISION = "r1";

  private static final int TOKENS = 13;
  private static final int SAMPLE_SIZE = 8;

  private final TestPipeline pipeline;
  private final Producer<String, byte[]> producer;
  private final RecordSerializer serializer;
  private final Random random = new Random(7);
  private int partitions = TestPipeline.PARTITIONS;
  private int prompts;

  /** Writes to so many partitions from here on. */
  SyntheticTeacher over(int count) {
    partitions = count;
    return this;
  }

  SyntheticTeacher(TestPipeline pipeline) {
    this.pipeline = pipeline;
    this.producer = pipeline.clients().producer(Map.of());
    this.serializer = new RecordSerializer(pipeline.settings());
  }

  /** Writes training records; the customiser changes each before it is written. */
  void sampled(int records, Consumer<TeacherLogits> customiser) {
    for (int i = 0; i < records; i++) {
      int[] tokens = tokens();
      SampledLogits.Builder logits =
          new SampledLogits.Builder(tokens, VOCABULARY, SAMPLE_SIZE, TOKENS - 1);
      for (int row = 0; row < TOKENS - 1; row++) {
        int id = random.nextInt(VOCABULARY - 1);
        logits.add(id, 3);
        logits.add(id + 1, SAMPLE_SIZE - 3);
        logits.endRow();
      }
      send(Topic.TEACHER_LOGITS, record(logits.build(), "java", false), customiser);
    }
    producer.flush();
  }

  void sampled(int records) {
    sampled(records, record -> {});
  }

  /**
   * Writes training records that can be learned: each token is followed by the one a stride
   * further, within the ids of a half of the vocabulary.
   */
  void pattern(int records, String domain, int half, int stride) {
    for (int i = 0; i < records; i++) {
      int[] tokens = pattern(half, stride);
      SampledLogits.Builder logits =
          new SampledLogits.Builder(tokens, VOCABULARY, SAMPLE_SIZE, TOKENS - 1);
      for (int row = 0; row < TOKENS - 1; row++) {
        logits.add(tokens[row + 1], SAMPLE_SIZE);
        logits.endRow();
      }
      send(Topic.TEACHER_LOGITS, record(logits.build(), domain, false), record -> {});
    }
    producer.flush();
  }

  /** Writes held-out windows of a pattern. */
  void heldOutPattern(int records, String domain, int half, int stride) {
    for (int i = 0; i < records; i++) {
      int[] tokens = pattern(half, stride);
      FullLogits.Builder logits = new FullLogits.Builder(tokens, VOCABULARY, TOKENS - 1);
      for (int row = 0; row < TOKENS - 1; row++) {
        float[] values = new float[VOCABULARY];
        values[tokens[row + 1]] = 8;
        logits.add(values, 0);
      }
      send(Topic.EVALUATION_LOGITS, record(logits.build(), domain, true), record -> {});
    }
    producer.flush();
  }

  private int[] pattern(int half, int stride) {
    int ids = VOCABULARY / 2;
    int first = random.nextInt(ids);
    int[] tokens = new int[TOKENS];
    Arrays.setAll(tokens, position -> half * ids + (first + position * stride) % ids);
    return tokens;
  }

  void labels(int records) {
    for (int i = 0; i < records; i++) {
      send(Topic.TEACHER_LOGITS, record(new Labels(tokens()), "java", false), record -> {});
    }
    producer.flush();
  }

  /** Writes training records with whole distributions. */
  void full(int records) {
    for (int i = 0; i < records; i++) {
      send(Topic.TEACHER_LOGITS, record(distributions(), "java", false), record -> {});
    }
    producer.flush();
  }

  /** Writes held-out windows to evaluation-logits. */
  void heldOut(int records, String domain) {
    heldOut(records, domain, full -> full, record -> {});
  }

  /** Writes held-out windows; what is stored of a distribution, and how, the caller says. */
  void heldOut(
      int records,
      String domain,
      Function<FullLogits, SparseLogits> stored,
      Consumer<TeacherLogits> customiser) {
    for (int i = 0; i < records; i++) {
      send(
          Topic.EVALUATION_LOGITS, record(stored.apply(distributions()), domain, true), customiser);
    }
    producer.flush();
  }

  private FullLogits distributions() {
    FullLogits.Builder logits = new FullLogits.Builder(tokens(), VOCABULARY, TOKENS - 1);
    float[] row = new float[VOCABULARY];
    for (int position = 0; position < TOKENS - 1; position++) {
      for (int id = 0; id < VOCABULARY; id++) {
        row[id] = (float) random.nextGaussian();
      }
      logits.add(row, 0);
    }
    return logits.build();
  }

  /** Writes bytes that are no record. */
  void bytes(Topic topic, int partition, byte @Nullable [] value) {
    producer.send(new ProducerRecord<>(pipeline.topic(topic), partition, "bytes", value));
    producer.flush();
  }

  /** Writes bytes that are no record, compressed: the topic takes what unfolds to more. */
  void compressed(Topic topic, int partition, byte[] value) {
    Map<String, Object> config = Map.of("compression.type", "zstd", "max.request.size", 64 << 20);
    try (Producer<String, byte[]> compressing = pipeline.clients().producer(config)) {
      compressing.send(new ProducerRecord<>(pipeline.topic(topic), partition, "bytes", value));
    }
  }

  @Override
  public void close() {
    producer.close();
    serializer.close();
  }

  private int[] tokens() {
    int[] tokens = new int[TOKENS];
    Arrays.setAll(tokens, position -> random.nextInt(VOCABULARY));
    return tokens;
  }

  private TeacherLogits record(SparseLogits logits, String domain, boolean heldOut) {
    String promptId = RecordKeys.promptId("synthetic", Integer.toString(prompts++));
    TeacherLogits.Builder builder =
        TeacherLogits.newBuilder()
            .setPromptId(promptId)
            .setWindow(0)
            .setWindows(1)
            .setTeacher(
                new TeacherIdentity(
                    "synthetic", REVISION, null, TinyModel.TOKENIZER_SHA256, VOCABULARY))
            .setSpans(List.of(new TrainedSpan(0, TOKENS - 1, 1.0f, 1.0)))
            .setTemperature(1)
            .setSource("synthetic")
            .setSourcePosition(Integer.toString(prompts))
            .setDocumentGroup("group")
            .setHeldOut(heldOut)
            .setDomain(domain)
            .setOrigin(new Origin(OriginKind.HUMAN, null, null, null, null))
            .setCreatedAt(Instant.now())
            .setScoredAt(Instant.now());
    TeacherLogitsRecords.encodeInto(builder, logits);
    return builder.build();
  }

  private void send(Topic topic, TeacherLogits record, Consumer<TeacherLogits> customiser) {
    customiser.accept(record);
    String name = pipeline.topic(topic);
    producer.send(
        new ProducerRecord<>(
            name,
            PromptPartitioner.partition(record.getPromptId(), partitions),
            RecordKeys.teacherLogits(
                record.getPromptId(), record.getWindow(), record.getTeacher().getRevision()),
            serializer.serialize(name, record)));
  }
}
