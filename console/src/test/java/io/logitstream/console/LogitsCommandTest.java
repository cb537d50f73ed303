package io.logitstream.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.logits.FullLogits;
import io.logitstream.logits.TeacherLogitsRecords;
import io.logitstream.platform.kafka.Futures;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Origin;
import io.logitstream.schemas.OriginKind;
import io.logitstream.schemas.TeacherIdentity;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.TrainedSpan;
import io.logitstream.schemas.topics.Topic;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands over a log of FULL records on a real broker. */
@SuppressWarnings("NullAway.Init") // set before all tests
class LogitsCommandTest {
  private static final int VOCABULARY = 50;
  private static final int RECORDS = 24;
  private static final int[] TOKENS = {1, 2, 3, 4, 5, 6, 7, 8, 9};

  @TempDir private static Path directory;
  private static EmbeddedBroker broker;
  private static EmbeddedRegistry registry;

  @BeforeAll
  static void publishFullRecords() {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(directory, 0));
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    KafkaSettings kafka =
        new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of());
    KafkaClients clients = new KafkaClients(kafka, "test");
    short one = 1;
    try (Admin admin = clients.admin()) {
      Topics.create(
          admin,
          List.of(
              Topic.TEACHER_LOGITS.specification("", 2, one),
              Topic.LOGIT_PRIORS.specification("", 1, one)));
    }
    try (Producer<String, byte[]> producer = clients.producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(kafka)) {
      for (int prompt = 0; prompt < RECORDS; prompt++) {
        TeacherLogits record = record(prompt);
        Futures.await(
            producer.send(
                new ProducerRecord<>(
                    "teacher-logits",
                    prompt % 2,
                    "p%d/0/r".formatted(prompt),
                    serializer.serialize("teacher-logits", record))),
            "send");
      }
    }
  }

  @AfterAll
  static void stop() {
    registry.close();
    broker.close();
  }

  @Test
  void aRecordIsShownAsPeopleReadIt() throws Exception {
    Invocation text = logits("inspect", "teacher-logits", "--partition", "1", "--offset", "3");
    assertThat(text.err()).isEmpty();
    assertThat(text.out())
        .contains("teacher-logits-1@3", "p7/0/r", "FULL v1", "tokens         9", "tokens");
    JsonNode json =
        logits("inspect", "teacher-logits", "--candidates", "2", "--output", "json").json();
    assertThat(json.get("positions")).hasSize(8);
    // positions 0 and 1 are context
    assertThat(json.get("positions").get(1).get("candidates")).isEmpty();
    JsonNode candidates = json.get("positions").get(2).get("candidates");
    assertThat(candidates).hasSize(2);
    assertThat(candidates.get(0).get("probability").asDouble())
        .isGreaterThanOrEqualTo(candidates.get(1).get("probability").asDouble());
    assertThat(logits("inspect", "teacher-logits", "--partition", "2").err())
        .contains("there is no teacher-logits-2@0: the topic has 2 partitions");
    assertThat(logits("inspect", "teacher-logits", "--offset", "12").err())
        .contains("teacher-logits-0 has no record at 12 or after it");
  }

  @Test
  void fullRecordsBecomeSamplesWithTheirVarianceAndTopsWithTheirBias() throws Exception {
    transcode("teacher-logits", "samples", "sampled", "--sample-size", "16");
    transcode("teacher-logits", "tops", "top-k", "--top-k", "5");

    JsonNode samples = stats("samples").get("SAMPLED v2 of 16");
    assertThat(samples.get("records").asInt()).isEqualTo(RECORDS);
    assertThat(samples.get("tokens").asInt()).isEqualTo(RECORDS * 6);
    JsonNode bytes = samples.get("bytesPerToken");
    assertThat(bytes.get("all").asDouble())
        .isCloseTo(
            bytes.get("headers").asDouble()
                + bytes.get("tokens").asDouble()
                + bytes.get("ids").asDouble()
                + bytes.get("counts").asDouble()
                + bytes.get("framing").asDouble(),
            within(1e-9));
    double variance = samples.get("againstFull").get("gradientVariance").asDouble();
    // the variance of a count is at most 1/4, and there are 50 of them
    assertThat(variance).isPositive().isLessThan(50 * 0.25 / 256);

    JsonNode tops = stats("tops").get("TOP_K v2 of 5").get("againstFull");
    assertThat(tops.get("massLeftOut").asDouble()).isBetween(0.01, 0.9);
    assertThat(tops.get("klOverOutcomes").asDouble()).isBetween(0.0, 0.0005);

    JsonNode made = logits("inspect", "tops", "--output", "json").json();
    assertThat(made.get("attributes").asText())
        .contains("logitstream.transcoded-from=teacher-logits-0@0 FULL v1", "kept=yes");
    assertThat(made.get("key").asText()).isEqualTo("p0/0/r");
    assertThat(made.get("positions").get(2).get("candidates").get(5).get("token").asText())
        .isEqualTo("(the rest)");
  }

  @Test
  void fullRecordsAreQuantisedAndCodedWithAStatedError() throws Exception {
    transcode("teacher-logits", "quantised", "full");
    transcode("quantised", "quantised-again", "full");

    JsonNode quantised = stats("quantised").get("FULL v2");
    assertThat(quantised.get("records").asInt()).isEqualTo(RECORDS);
    JsonNode bytes = quantised.get("bytesPerToken");
    // of 50 ids, 2 bytes each when packed plainly
    assertThat(bytes.get("counts").asDouble()).isBetween(10.0, 75.0);
    // version, encoding, bits of a token, tokens and rows; the checksum: of 6 rows
    assertThat(bytes.get("framing").asDouble()).isCloseTo(9 / 6.0, within(1e-9));
    JsonNode again = stats("quantised-again").get("FULL v2");
    assertThat(again.get("bytesPerToken").get("counts")).isEqualTo(bytes.get("counts"));
    double kl = quantised.get("againstFull").get("klOverOutcomes").asDouble();
    assertThat(kl).isPositive().isLessThan(1 / 32.0 / 32 / 8);
    assertThat(logits("inspect", "quantised").out()).contains("FULL v2");
  }

  @Test
  void whatIsNowhereIsRefusedWithTheReason() {
    transcode("teacher-logits", "few", "top-k", "--top-k", "3", "--coding", "plain");
    assertThat(logits("transcode", "few", "none", "--encoding", "sampled").err())
        .contains("SAMPLED cannot be made of TOP_K: which ids make up its tail was not kept");
    assertThat(logits("transcode", "few", "none", "--encoding", "top-k", "--top-k", "2").err())
        .contains("its sample size is 3, and another one can be had of FULL records alone");
    assertThat(logits("transcode", "few", "teacher-logits", "--encoding", "labels").err())
        .contains("topic teacher-logits is there already");
    assertThat(logits("transcode", "teacher-logits", "x", "--encoding", "sampled").err())
        .contains("SAMPLED of FULL needs a size");
    assertThat(logits("transcode", "few", "x", "--encoding", "best").err())
        .contains("--encoding is 'best', expected labels, sampled, top-k or full");
    assertThat(logits("stats", "nowhere").status()).isEqualTo(2);
  }

  @Test
  @Tag("long")
  void tokensAloneCanAlwaysBeHadAndPackingChangesNothing() throws Exception {
    transcode("teacher-logits", "tokens", "labels");
    assertThat(stats("tokens").has("LABELS v1")).isTrue();
    transcode("teacher-logits", "plain", "sampled", "--sample-size", "9", "--coding", "plain");
    transcode("plain", "coded", "sampled");
    JsonNode plain = stats("plain").get("SAMPLED v1 of 9");
    JsonNode coded = stats("coded").get("SAMPLED v2 of 9");
    assertThat(coded.get("againstFull")).isEqualTo(plain.get("againstFull"));
  }

  private static JsonNode stats(String topic) throws Exception {
    return logits("stats", topic, "--against", "teacher-logits", "--output", "json").json();
  }

  private static void transcode(String from, String to, String encoding, String... more) {
    List<String> arguments = new ArrayList<>(List.of("transcode", from, to, "--encoding"));
    arguments.add(encoding);
    arguments.addAll(List.of(more));
    Invocation done = logits(arguments.toArray(String[]::new));
    assertThat(done.err()).isEmpty();
    assertThat(done.out()).contains("24 records on " + to);
  }

  private static Invocation logits(String... arguments) {
    List<String> all = new ArrayList<>(List.of("logits"));
    all.addAll(List.of(arguments));
    all.addAll(List.of("--bootstrap-servers", broker.bootstrapServers()));
    all.addAll(List.of("--registry-url", registry.url()));
    all.addAll(List.of("--set", "topics.replication-factor=1"));
    return Invocation.of(all.toArray(String[]::new));
  }

  private static TeacherLogits record(int prompt) {
    Random random = new Random(prompt);
    FullLogits.Builder rows = new FullLogits.Builder(TOKENS, VOCABULARY, 6);
    float[] row = new float[VOCABULARY];
    for (int r = 0; r < 6; r++) {
      for (int id = 0; id < VOCABULARY; id++) {
        row[id] = (float) (2 * random.nextGaussian());
      }
      rows.add(row, 0);
    }
    TeacherLogits.Builder record =
        TeacherLogits.newBuilder()
            .setPromptId("p" + prompt)
            .setWindow(0)
            .setWindows(1)
            .setTeacher(new TeacherIdentity("t", "r", "ab", "cd", VOCABULARY))
            .setSpans(List.of(new TrainedSpan(2, 8, null, 1.0)))
            .setTemperature(1f)
            .setSource("s")
            .setSourcePosition("x")
            .setDocumentGroup("g")
            .setDomain("d")
            .setOrigin(Origin.newBuilder().setKind(OriginKind.HUMAN).build())
            .setCreatedAt(Instant.ofEpochMilli(1))
            .setScoredAt(Instant.ofEpochMilli(2))
            .setAttributes(Map.of("kept", "yes"));
    TeacherLogitsRecords.encodeInto(record, rows.build());
    return record.build();
  }
}
