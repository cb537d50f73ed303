package io.logitstream.systemtests.simulation;

import io.logitstream.distillation.step.TrainingExample;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.SampledLogits;
import io.logitstream.logits.SparseLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.model.decoder.ModelConfig;
import io.logitstream.model.decoder.ModelConfigJson;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.ingest.TeacherLogitsExamples;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** What lies on the topics of all simulations: made once, the same in every process. */
final class Traffic {
  /** The domain that most records are of. */
  static final String DOMAIN = "java";

  /** The domain whose records harm the student. */
  static final String HARMFUL = "harmful";

  /** The domain whose records leave no step a finite result. */
  static final String NON_FINITE = "non-finite";

  /** Topics, and a registry in memory. Waits are short: simulated time is not free. */
  static final KafkaSettings KAFKA =
      new KafkaSettings(
          "simulated:9092",
          "mock://simulation",
          "",
          true,
          Map.of(
              "producer.max.block.ms", "2000",
              "producer.delivery.timeout.ms", "3000",
              "consumer.default.api.timeout.ms", "2000",
              "admin.default.api.timeout.ms", "2000"));

  private static final byte[] TOKENIZER = "{}".getBytes(StandardCharsets.UTF_8);
  private static final int VOCABULARY = 23;
  private static final int TOKENS = 5;
  private static final int SAMPLE_SIZE = 4;
  private static final int OF_A_KIND = 200;
  private static final long SEED = 4711;

  /** What a record is to a trainer. */
  enum Kind {
    TRAINABLE(false),
    HARMFUL(false),
    MALFORMED(true),
    HELD_OUT(true),
    OTHER_TEACHER(false),
    TOMBSTONE(false),
    NON_FINITE(true);

    private final boolean condemned;

    Kind(boolean condemned) {
      this.condemned = condemned;
    }

    /** Whether it goes to the dead letters. */
    boolean isCondemned() {
      return condemned;
    }
  }

  /**
   * A record.
   *
   * @param example what it is decoded to; empty if it never gets to a step
   */
  record Item(Kind kind, String key, byte @Nullable [] value, Optional<TrainingExample> example) {}

  private final Map<Kind, List<Item>> items = new EnumMap<>(Kind.class);
  private final List<Item> evaluation = new ArrayList<>();
  private final Path model;
  private final RecordSerializer serializer = new RecordSerializer(KAFKA);
  private int prompts;

  private static final class Holder {
    private static final Traffic ALL = new Traffic();
  }

  private Traffic() {
    SchemaRegistration.register(KAFKA);
    model = writeModel();
    SplittableRandom random = new SplittableRandom(SEED);
    for (Kind kind : Kind.values()) {
      List<Item> made = new ArrayList<>();
      for (int i = 0; i < OF_A_KIND; i++) {
        made.add(item(kind, random));
      }
      items.put(kind, made);
    }
    for (int i = 0; i < 2; i++) {
      TeacherLogits record = record(full(random), DOMAIN, "r1", true);
      evaluation.add(
          new Item(
              Kind.TRAINABLE,
              key(record),
              bytes(Topic.EVALUATION_LOGITS, record),
              Optional.empty()));
    }
  }

  static Traffic all() {
    return Holder.ALL;
  }

  /** A record of a kind. */
  Item any(Kind kind, SplittableRandom random) {
    List<Item> made = items.getOrDefault(kind, List.of());
    return made.get(random.nextInt(made.size()));
  }

  /** The held-out windows. */
  List<Item> evaluation() {
    return evaluation;
  }

  /** The directory of the student that runs begin with. */
  Path model() {
    return model;
  }

  /** Reads records of a topic, with a registry client of its own. */
  static <T extends org.apache.avro.specific.SpecificRecord> RecordDeserializer<T> reader(
      Class<T> type) {
    return new RecordDeserializer<>(KAFKA, type);
  }

  private Item item(Kind kind, SplittableRandom random) {
    String domain =
        switch (kind) {
          case HARMFUL -> HARMFUL;
          case NON_FINITE -> NON_FINITE;
          default -> DOMAIN;
        };
    String revision = kind == Kind.OTHER_TEACHER ? "r2" : "r1";
    SparseLogits logits = sampled(random);
    TeacherLogits record = record(logits, domain, revision, kind == Kind.HELD_OUT);
    boolean isTrainable = kind == Kind.TRAINABLE || kind == Kind.HARMFUL || kind == Kind.NON_FINITE;
    byte @Nullable [] value =
        switch (kind) {
          case TOMBSTONE -> null;
          case MALFORMED -> new byte[] {9, 9, 9};
          default -> bytes(Topic.TEACHER_LOGITS, record);
        };
    return new Item(
        kind,
        key(record),
        value,
        isTrainable
            ? Optional.of(TeacherLogitsExamples.decode(record, TOKENS, sha256 -> Optional.empty()))
            : Optional.empty());
  }

  private byte[] bytes(Topic topic, TeacherLogits record) {
    return serializer.serialize(topic.named(KAFKA.topicPrefix()), record);
  }

  private static String key(TeacherLogits record) {
    return RecordKeys.teacherLogits(
        record.getPromptId(), record.getWindow(), record.getTeacher().getRevision());
  }

  private TeacherLogits record(
      SparseLogits logits, String domain, String revision, boolean heldOut) {
    TeacherLogits.Builder builder =
        TeacherLogits.newBuilder()
            .setPromptId(RecordKeys.promptId("simulated", Integer.toString(prompts++)))
            .setWindow(0)
            .setWindows(1)
            .setTeacher(
                new TeacherIdentity("synthetic", revision, null, Sha256.of(TOKENIZER), VOCABULARY))
            .setSpans(List.of(new TrainedSpan(0, TOKENS - 1, 1.0f, 1.0)))
            .setTemperature(1)
            .setSource("simulated")
            .setSourcePosition(Integer.toString(prompts))
            .setDocumentGroup("group")
            .setHeldOut(heldOut)
            .setDomain(domain)
            .setOrigin(new Origin(OriginKind.HUMAN, null, null, null, null))
            .setCreatedAt(Instant.EPOCH)
            .setScoredAt(Instant.EPOCH);
    TeacherLogitsRecords.encodeInto(builder, logits);
    return builder.build();
  }

  private static int[] tokens(SplittableRandom random) {
    return random.ints(TOKENS, 0, VOCABULARY).toArray();
  }

  private static SparseLogits sampled(SplittableRandom random) {
    SampledLogits.Builder logits =
        new SampledLogits.Builder(tokens(random), VOCABULARY, SAMPLE_SIZE, TOKENS - 1);
    for (int row = 0; row < TOKENS - 1; row++) {
      logits.add(random.nextInt(VOCABULARY), SAMPLE_SIZE);
      logits.endRow();
    }
    return logits.build();
  }

  private static SparseLogits full(SplittableRandom random) {
    FullLogits.Builder logits = new FullLogits.Builder(tokens(random), VOCABULARY, TOKENS - 1);
    for (int row = 0; row < TOKENS - 1; row++) {
      logits.add(new float[VOCABULARY], 0);
    }
    return logits.build();
  }

  private static Path writeModel() {
    try {
      Path directory = Files.createTempDirectory("simulated-student");
      directory.toFile().deleteOnExit();
      ModelConfig config =
          new ModelConfig(VOCABULARY, 8, 8, 1, 2, 1, 4, 1e-5, 10_000, true, 64, null, null);
      Files.write(directory.resolve("config.json"), ModelConfigJson.write(config, "float32"));
      Files.write(directory.resolve("tokenizer.json"), TOKENIZER);
      // In the opposite order: the directory last.
      directory.resolve("config.json").toFile().deleteOnExit();
      directory.resolve("tokenizer.json").toFile().deleteOnExit();
      return directory;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
