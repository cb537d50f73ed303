package io.logitstream.platform.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.RunningKafka;
import io.logitstream.schemas.ChatMessage;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.SourcePosition;
import io.logitstream.schemas.Span;
import io.logitstream.schemas.topics.Topic;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningKafka.class)
class RecordSerdesTest {
  private final KafkaSettings settings;
  private final RecordSerializer serializer;
  private final RecordDeserializer<Prompt> deserializer;
  private final String topic;

  RecordSerdesTest(KafkaSettings settings) {
    this.settings = settings;
    this.serializer = new RecordSerializer(settings);
    this.deserializer = new RecordDeserializer<>(settings, Prompt.class);
    this.topic = Topic.PROMPTS.named(settings.topicPrefix());
  }

  @AfterEach
  void close() {
    serializer.close();
    deserializer.close();
  }

  @Test
  void aRecordComesBackAsItWas() {
    byte[] bytes = serializer.serialize(topic, prompt());

    assertThat(bytes[0]).isZero();
    assertThat(deserializer.deserialize(topic, bytes)).isEqualTo(prompt());
  }

  @Test
  void registeringGivesEverySubjectItsSchemaAndFullTransitiveCompatibility() throws Exception {
    Map<String, Integer> ids = SchemaRegistration.register(settings);

    assertThat(ids).hasSize(Topic.values().length);
    assertThat(SchemaRegistration.register(settings)).isEqualTo(ids);
    for (String subject : ids.keySet()) {
      assertThat(get("/config/" + subject)).contains("FULL_TRANSITIVE");
    }
    assertThat(get("/subjects/" + topic + "-value/versions/latest"))
        .doesNotContain("avro.java.string");
  }

  @Test
  void aRegisteredSchemaIsWhatTheSerializerFindsWithoutRegisteringItself() {
    Integer id = SchemaRegistration.register(settings).get(topic + "-value");
    try (RecordSerializer strict = new RecordSerializer(withoutAutoRegistration())) {
      byte[] bytes = strict.serialize(topic, prompt());

      assertThat(ByteBuffer.wrap(bytes, 1, 4).getInt()).isEqualTo(id);
    }
  }

  @Test
  void withoutRegistrationAnUnknownSchemaIsAMatterOfConfiguration() {
    try (RecordSerializer strict = new RecordSerializer(withoutAutoRegistration())) {
      LogitstreamException failure =
          catchThrowableOfType(LogitstreamException.class, () -> strict.serialize(topic, prompt()));

      assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION);
      assertThat(failure).hasMessageContaining("logitstream topics create");
    }
  }

  @Test
  void aSchemaThatDoesNotFitIsAMatterOfConfiguration() throws Exception {
    SchemaRegistration.register(settings);

    LogitstreamException failure =
        catchThrowableOfType(
            LogitstreamException.class, () -> serializer.serialize(topic, position()));

    assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION);
    assertThat(failure).hasMessageContaining("topics.prefix");
  }

  @Test
  void bytesThatAreNoRecordArePoison() {
    byte[] good = serializer.serialize(topic, prompt());
    byte[] otherMagic = good.clone();
    otherMagic[0] = 1;

    assertPoison(null);
    assertPoison(new byte[0]);
    assertPoison(new byte[] {0, 0, 0});
    assertPoison("plain text".getBytes(StandardCharsets.UTF_8));
    assertPoison(otherMagic);
    assertPoison(Arrays.copyOf(good, good.length - 1));
    assertPoison(Arrays.copyOf(good, good.length + 1));
    assertPoison(serializer.serialize(settings.topicPrefix() + "other", position()));
  }

  @Test
  void aLengthThatTheBytesDoNotHaveIsPoisonAndTakesNoMemory() {
    byte[] good = serializer.serialize(topic, prompt());
    // The promptId's length, first of the datum, becomes 2^31 - 9 bytes in zigzag.
    byte[] huge = new byte[good.length + 4];
    System.arraycopy(good, 0, huge, 0, 5);
    System.arraycopy(new byte[] {(byte) 0xee, -1, -1, -1, 0x0f}, 0, huge, 5, 5);
    System.arraycopy(good, 6, huge, 10, good.length - 6);

    assertThatThrownBy(() -> deserializer.deserialize(topic, huge))
        .isInstanceOfSatisfying(
            LogitstreamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.POISON))
        .hasMessageContaining("claims 2147483639 bytes");
  }

  @Test
  void damagedBytesArePoisonOrAnotherRecordButNothingElse() {
    byte[] good = serializer.serialize(topic, prompt());
    SplittableRandom random = new SplittableRandom(7);
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = good.clone();
      for (int j = random.nextInt(1, 4); j > 0; j--) {
        damaged[random.nextInt(5, damaged.length)] = (byte) random.nextInt();
      }
      try {
        assertThat(deserializer.deserialize(topic, damaged)).isNotNull();
      } catch (LogitstreamException e) {
        assertThat(e.kind()).isEqualTo(FailureKind.POISON);
      }
    }
  }

  @Test
  void aSchemaThatTheRegistryDoesNotKnowYetIsWorthARetry() {
    byte[] bytes = serializer.serialize(topic, prompt());
    ByteBuffer.wrap(bytes).putInt(1, 999_999);

    assertThatThrownBy(() -> deserializer.deserialize(topic, bytes))
        .isInstanceOfSatisfying(
            LogitstreamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.RETRYABLE))
        .hasMessageContaining("schema 999999");
  }

  @Test
  void aRegistryThatDoesNotAnswerIsWorthARetry() {
    byte[] bytes = serializer.serialize(topic, prompt());
    KafkaSettings nowhere =
        new KafkaSettings(settings.bootstrapServers(), "http://127.0.0.1:1", "", true, Map.of());
    try (RecordSerializer lost = new RecordSerializer(nowhere);
        RecordDeserializer<Prompt> alsoLost = new RecordDeserializer<>(nowhere, Prompt.class)) {
      for (LogitstreamException failure :
          List.of(
              catchThrowableOfType(
                  LogitstreamException.class, () -> lost.serialize(topic, prompt())),
              catchThrowableOfType(
                  LogitstreamException.class, () -> alsoLost.deserialize(topic, bytes)),
              catchThrowableOfType(
                  LogitstreamException.class, () -> SchemaRegistration.register(nowhere)))) {
        assertThat(failure.kind()).isEqualTo(FailureKind.RETRYABLE);
        assertThat(failure)
            .hasMessageContaining("http://127.0.0.1:1 (registry.url)")
            .hasMessageContaining("Connection refused");
      }
    }
  }

  @Test
  void aRecordThatIsNotWholeIsRefusedBeforeItIsSent() {
    Prompt broken = prompt();
    broken.setDomain(null);

    assertThatThrownBy(() -> serializer.serialize(topic, broken))
        .isInstanceOfSatisfying(
            LogitstreamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.FATAL))
        .hasMessageContaining("domain");
  }

  private void assertPoison(byte @Nullable [] bytes) {
    assertThatThrownBy(() -> deserializer.deserialize(topic, bytes))
        .as("%s", Arrays.toString(bytes))
        .isInstanceOfSatisfying(
            LogitstreamException.class, e -> assertThat(e.kind()).isEqualTo(FailureKind.POISON));
  }

  private KafkaSettings withoutAutoRegistration() {
    return new KafkaSettings(
        settings.bootstrapServers(),
        settings.registryUrl(),
        settings.topicPrefix(),
        false,
        Map.of());
  }

  private String get(String path) throws Exception {
    return HttpClient.newHttpClient()
        .send(
            HttpRequest.newBuilder(URI.create(settings.registryUrl() + path)).build(),
            HttpResponse.BodyHandlers.ofString())
        .body();
  }

  private static Prompt prompt() {
    return Prompt.newBuilder()
        .setPromptId("id")
        .setText("fun main() = println(\"ä\")")
        .setMessages(List.of(new ChatMessage("user", "hello")))
        .setTrainableSpans(List.of(new Span(0, 4)))
        .setSource("kotlin")
        .setSourcePosition("main.kt#0")
        .setSourceIndex(0)
        .setDocumentGroup("main.kt")
        .setDomain("kotlin")
        .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
        .setCreatedAt(Instant.ofEpochMilli(1_700_000_000_000L))
        .setAttributes(Map.of("license", "Apache-2.0"))
        .build();
  }

  private static SourcePosition position() {
    return SourcePosition.newBuilder()
        .setSource("kotlin")
        .setNextIndex(1)
        .setUpdatedAt(Instant.ofEpochMilli(1_700_000_000_000L))
        .build();
  }
}
