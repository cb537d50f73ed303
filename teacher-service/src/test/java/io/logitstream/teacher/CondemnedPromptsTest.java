package io.logitstream.teacher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.CachedSchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.SchemaRegistration;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * Prompts that condemn themselves, one kind after the other, before a teacher at work: each becomes
 * a dead letter, and the prompt behind it is scored.
 */
@ExtendWith(RunningKafka.class)
class CondemnedPromptsTest {
  private static final Duration LONG = Duration.ofSeconds(90);
  private static final int MAX_TOKENS = 100;
  private static final AtomicInteger INDEX = new AtomicInteger();

  private static KafkaSettings kafka;
  private static Pipeline pipeline;
  private static RunningTeacher teacher;

  @BeforeAll
  static void start(KafkaSettings settings, @TempDir Path directory) {
    kafka = settings;
    pipeline =
        new Pipeline(settings)
            .with("teacher.model", TinyTeacher.withoutWeights(directory))
            .with("teacher.encoding", "labels")
            .with("teacher.max-prompt-tokens", MAX_TOKENS);
    teacher = RunningTeacher.start(pipeline.teacher());
  }

  @AfterAll
  static void stop() throws Exception {
    teacher.close();
    pipeline.close();
  }

  @Test
  void bytesThatAreNoAvro() {
    assertCondemned(
        "no-avro",
        "plain text".getBytes(StandardCharsets.UTF_8),
        "malformed-prompt",
        "found 10 bytes that begin with 112, expected the Confluent wire format");
  }

  @Test
  void aRecordThatWasCutOff() {
    byte[] whole = pipeline.serialize(prompt("whole"));
    assertCondemned(
        "cut-off",
        Arrays.copyOf(whole, whole.length - 3),
        "malformed-prompt",
        "found a value that is no whole Prompt: the bytes end within the record");
  }

  @Test
  void aSchemaThatNoPromptCanBeReadFrom() throws Exception {
    String subject = pipeline.topic(Topic.PROMPTS) + "-value";
    int id;
    SchemaRegistration.register(kafka);
    try (SchemaRegistryClient registry = new CachedSchemaRegistryClient(kafka.registryUrl(), 10)) {
      registry.updateCompatibility(subject, "NONE");
      id =
          registry.register(
              subject,
              new AvroSchema(
                  """
                  {"type": "record", "name": "Prompt", "namespace": "io.logitstream.schemas",
                   "fields": [{"name": "words", "type": "string"}]}
                  """));
    }
    byte[] record =
        ByteBuffer.allocate(7).put((byte) 0).putInt(id).put((byte) 2).put((byte) 'a').array();

    assertCondemned(
        "incompatible",
        record,
        "malformed-prompt",
        "found a value of schema " + id,
        "expected one that this build's Prompt can be read from");
  }

  @Test
  void aTextThatIsLongerThanAPromptMayBe() {
    assertCondemned(
        "too-long",
        pipeline.serialize(prompt("x".repeat(200))),
        "too-long",
        "202 tokens, expected at most 100 (teacher.max-prompt-tokens)");
  }

  @Test
  void aTextThatIsLongerThanAnyWindowIsNotCondemnedButCut() {
    Prompt longer = prompt("y".repeat(80));
    pipeline.send(longer);

    await().atMost(LONG).until(() -> windows(longer).size() == 3);
    assertThat(windows(longer))
        .allSatisfy(window -> assertThat(window.getWindows()).isEqualTo(3))
        .allSatisfy(window -> assertThat(window.getTokenCount()).isLessThanOrEqualTo(33));
  }

  private static void assertCondemned(String key, byte[] value, String code, String... reasons) {
    Prompt next = prompt("next");
    pipeline.send(key, value);
    pipeline.send(key, pipeline.serialize(next)); // in the same partition

    await().atMost(LONG).until(() -> windows(next).size() == 1);
    ConsumerRecord<String, byte[]> letter =
        pipeline.deadLetters().stream()
            .filter(read -> read.key().equals(key))
            .findFirst()
            .orElseThrow();
    assertThat(letter.value()).isEqualTo(value);
    assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.CODE)).contains(code);
    assertThat(LetterHeaders.text(letter.headers(), LetterHeaders.MESSAGE).orElseThrow())
        .contains(reasons);
  }

  private static List<TeacherLogits> windows(Prompt prompt) {
    return pipeline.logits(Topic.TEACHER_LOGITS).stream()
        .filter(window -> window.getPromptId().equals(prompt.getPromptId()))
        .toList();
  }

  private static Prompt prompt(String text) {
    return Pipeline.prompt(INDEX.incrementAndGet(), text).build();
  }
}
