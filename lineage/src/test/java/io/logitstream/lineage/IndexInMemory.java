package io.logitstream.lineage;

import io.logitstream.lineage.query.LocalView;
import io.logitstream.lineage.topology.IndexCounts;
import io.logitstream.lineage.topology.IndexTopology;
import io.logitstream.lineage.topology.IndexedTopics;
import io.logitstream.lineage.topology.StreamsSettings;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.TopicIdentity;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.Prompt;
import io.logitstream.schemas.TeacherLogits;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

/**
 * The topology without a broker, over topics of one partition; offsets count from 0 in each topic.
 */
public final class IndexInMemory implements AutoCloseable {
  public static final Instant APPENDED_AT = Instant.ofEpochMilli(1_000_000);

  private static final Duration KEPT = Duration.ofHours(1);

  private final Map<Topic, TopicIdentity> identities = new EnumMap<>(Topic.class);
  private final KafkaSettings kafka =
      new KafkaSettings("unused:1", "mock://lineage", "", true, Map.of());
  private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
  private final TopologyTestDriver driver;
  private final RecordSerializer serializer = new RecordSerializer(kafka);

  public IndexInMemory(Path folder) {
    for (Topic topic : Topic.values()) {
      identities.put(topic, new TopicIdentity(topic.baseName(), Uuid.randomUuid(), 1));
    }
    IndexSettings settings = new IndexSettings("index", "127.0.0.1", 0, folder, 1, 0, 32 << 20, 1);
    driver =
        new TopologyTestDriver(
            IndexTopology.build(
                new IndexedTopics("", identities, 1, Map.of(Topic.PROMPTS, KEPT)),
                kafka,
                new StopSignal(),
                new IndexCounts(meters)),
            StreamsSettings.of(settings, kafka, 1),
            APPENDED_AT);
  }

  public LocalView view() {
    return new LocalView(driver::<byte[], byte[]>getKeyValueStore);
  }

  public SimpleMeterRegistry meters() {
    return meters;
  }

  public String topicId(Topic topic) {
    return Objects.requireNonNull(identities.get(topic)).id().toString();
  }

  public void advance(Duration time) {
    driver.advanceWallClockTime(time);
  }

  public void write(Prompt prompt) {
    write(Topic.PROMPTS.baseName(), prompt.getPromptId(), value(Topic.PROMPTS, prompt));
  }

  public void write(Topic topic, TeacherLogits window) {
    write(
        topic.baseName(),
        RecordKeys.teacherLogits(
            window.getPromptId(), window.getWindow(), window.getTeacher().getRevision()),
        value(topic, window));
  }

  public void write(LedgerEntry entry) {
    write(
        Topic.TRAINING_LEDGER.baseName(),
        RecordKeys.ledgerEntry(entry.getRun(), entry.getSequence(), entry.getIndex()),
        value(Topic.TRAINING_LEDGER, entry));
  }

  public void write(CheckpointManifest manifest) {
    write(
        Topic.CHECKPOINTS.baseName(),
        RecordKeys.checkpoint(manifest.getRun(), manifest.getSequence()),
        value(Topic.CHECKPOINTS, manifest));
  }

  public void write(String topic, String key, byte @Nullable [] value) {
    input(topic).pipeInput(new TestRecord<>(utf8(key), value, APPENDED_AT));
  }

  public void deadLetter(Topic of, String key, String code) {
    RecordHeaders headers = new RecordHeaders();
    headers.add(LetterHeaders.CODE, utf8(code));
    input(Topic.deadLetterTopic(of.baseName()))
        .pipeInput(new TestRecord<>(utf8(key), new byte[] {9}, headers, APPENDED_AT));
  }

  @Override
  public void close() {
    driver.close();
    serializer.close();
  }

  private TestInputTopic<byte[], byte[]> input(String topic) {
    return driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer());
  }

  private byte[] value(Topic topic, SpecificRecord record) {
    return serializer.serialize(topic.baseName(), record);
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
