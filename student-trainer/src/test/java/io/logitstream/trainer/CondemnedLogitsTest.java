package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Records that condemn themselves, one kind after the other, before a trainer at work: each is a
 * dead letter and an entry of the run's ledger, and the record behind it is trained on.
 */
class CondemnedLogitsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final String RUN = "run";
  private static final int STEP_RECORDS = 3;

  private static final StopSignal STOP = new StopSignal();
  private static TestPipeline pipeline;
  private static TrainerFixture trainers;
  private static FutureTask<Void> training;
  private static int cases;

  @BeforeAll
  static void start(@TempDir Path directory) throws Exception {
    pipeline = new TestPipeline();
    trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("train.stop-when-idle", "false")
            .with("train.step-records", Integer.toString(STEP_RECORDS))
            .with("train.turn-records", "1")
            .with("checkpoint.every-steps", "1");
    StudentTrainer trainer = trainers.trainer(RUN, new TrainerProgress(), new Health());
    training =
        new FutureTask<>(
            () -> {
              trainer.run(STOP);
              return null;
            });
    new Thread(training, "trainer").start();
  }

  @AfterAll
  static void stop() throws Exception {
    STOP.request();
    training.get(1, TimeUnit.MINUTES);
  }

  @Test
  void bytesThatAreNoAvro() {
    assertCondemned(
        teacher ->
            teacher.bytes(Topic.TEACHER_LOGITS, 0, "plain text".getBytes(StandardCharsets.UTF_8)),
        "malformed",
        "found 10 bytes that begin with 112, expected the Confluent wire format");
  }

  @Test
  void aSchemaThatNoLogitsCanBeReadFrom() throws Exception {
    String subject = pipeline.topic(Topic.TEACHER_LOGITS) + "-value";
    int id;
    SchemaRegistration.register(pipeline.settings());
    try (SchemaRegistryClient registry =
        new CachedSchemaRegistryClient(pipeline.settings().registryUrl(), 10)) {
      registry.updateCompatibility(subject, "NONE");
      id =
          registry.register(
              subject,
              new AvroSchema(
                  """
                  {"type": "record", "name": "TeacherLogits", "namespace": "io.logitstream.schemas",
                   "fields": [{"name": "probabilities", "type": "bytes"}]}
                  """));
    }
    byte[] record =
        ByteBuffer.allocate(7).put((byte) 0).putInt(id).put((byte) 2).put((byte) 1).array();

    assertCondemned(
        teacher -> teacher.bytes(Topic.TEACHER_LOGITS, 0, record),
        "malformed",
        "found a value of schema " + id,
        "expected one that this build's TeacherLogits can be read from");
  }

  @Test
  void aTeacherWithAnotherTokenizer() {
    assertCondemned(
        changed(record -> record.getTeacher().setTokenizerSha256("another")),
        "wrong-tokenizer",
        "teacher synthetic@r1 has tokenizer another, expected the student's, "
            + TinyModel.TOKENIZER_SHA256);
  }

  @Test
  void aTeacherWithAnotherVocabulary() {
    assertCondemned(
        changed(record -> record.getTeacher().setVocabularySize(99)),
        "wrong-vocabulary",
        "teacher synthetic@r1 has 99 token ids, expected the student's 23");
  }

  @Test
  void aPayloadThatWasCutOff() {
    assertCondemned(
        payload(bytes -> Arrays.copyOf(bytes, bytes.length - 5)),
        "checksum",
        "were changed or cut off");
  }

  @Test
  void aPayloadOfWhichABitChanged() {
    assertCondemned(
        payload(
            bytes -> {
              bytes[bytes.length / 2] ^= 1;
              return bytes;
            }),
        "checksum",
        "have the CRC-32C");
  }

  private static Consumer<SyntheticTeacher> changed(Consumer<TeacherLogits> damage) {
    return teacher -> teacher.sampled(1, damage);
  }

  private static Consumer<SyntheticTeacher> payload(UnaryOperator<byte[]> damage) {
    return changed(
        record ->
            record.setPayload(ByteBuffer.wrap(damage.apply(record.getPayload().array().clone()))));
  }

  private static void assertCondemned(
      Consumer<SyntheticTeacher> condemned, String code, String... reasons) {
    int number = ++cases;
    List<LedgerEntry> ledger;
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      condemned.accept(teacher);
      teacher.sampled(STEP_RECORDS);
      ledger =
          await()
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(500))
              .until(
                  () -> {
                    teacher.sampled(1); // whatever the order, the step is filled
                    return trainers.ledger(RUN);
                  },
                  entries -> skips(entries).size() >= number);
    }

    assertThat(skips(ledger)).hasSize(number);
    SkipEntry skip = skips(ledger).get(number - 1);
    assertThat(skip.getCode()).isEqualTo(code);
    assertThat(skip.getReason()).contains(reasons);
    assertThat(ledger)
        .filteredOn(entry -> entry.getKind() == LedgerKind.STEP)
        .hasSizeGreaterThanOrEqualTo(number);
    assertThat(pipeline.records(Topic.deadLetterTopic(pipeline.topic(Topic.TEACHER_LOGITS))))
        .hasSize(number);
  }

  private static List<SkipEntry> skips(List<LedgerEntry> ledger) {
    return ledger.stream().map(LedgerEntry::getSkip).filter(Objects::nonNull).toList();
  }
}
