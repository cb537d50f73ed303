package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ChunkRange;
import io.logitstream.schemas.topics.Topic;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;

/** Reads the chunks of an artifact in order, and checks each of them and the whole. */
final class ArtifactReader implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration LONGEST_SILENCE = Duration.ofMinutes(1);

  private final KafkaClients clients;
  private final String topic;
  private final RecordDeserializer<CheckpointChunk> deserializer;

  ArtifactReader(KafkaClients clients) {
    this.clients = clients;
    this.topic = Topic.CHECKPOINT_CHUNKS.named(clients.settings().topicPrefix());
    this.deserializer = new RecordDeserializer<>(clients.settings(), CheckpointChunk.class);
  }

  void read(CheckpointManifest manifest, Artifact artifact, OutputStream out) throws IOException {
    String what = "artifact %s of %s".formatted(artifact.getName(), CheckpointId.of(manifest));
    if (artifact.getUri() != null) {
      throw new LogitstreamException(
          FailureKind.CONFIGURATION,
          "%s lies at %s, and this build reads chunks only: use a newer build"
              .formatted(what, artifact.getUri()));
    }
    if (manifest.getExpired()) {
      throw new DamagedCheckpointException(what + " is gone: the checkpoint has expired");
    }
    if (artifact.getChunks().size() != 1) {
      throw new DamagedCheckpointException(
          "%s lies in %d partitions, expected 1".formatted(what, artifact.getChunks().size()));
    }
    ChunkRange range = artifact.getChunks().get(0);
    ArtifactAssembly assembly = new ArtifactAssembly(what, manifest.getRun(), artifact, out);
    // Chunks are in no transaction; a reader of committed records would wait for those of others.
    try (Consumer<String, byte[]> consumer =
        clients.consumer(Map.of("isolation.level", "read_uncommitted"))) {
      TopicPartition partition = new TopicPartition(topic, range.getPartition());
      consumer.assign(List.of(partition));
      consumer.seek(partition, range.getFirstOffset());
      readRange(consumer, partition, range, assembly);
    } catch (OffsetOutOfRangeException e) {
      throw new DamagedCheckpointException(
          "%s: offsets %d to %d of %s-%d are not there"
              .formatted(
                  what, range.getFirstOffset(), range.getLastOffset(), topic, range.getPartition()),
          e);
    }
    assembly.finish();
  }

  private void readRange(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      ChunkRange range,
      ArtifactAssembly assembly)
      throws IOException {
    long lastProgressNanos = clients.execution().nanos();
    while (consumer.position(partition) <= range.getLastOffset()) {
      long before = consumer.position(partition);
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
        if (record.offset() <= range.getLastOffset() && assembly.owns(record.key())) {
          assembly.add("%s@%d".formatted(partition, record.offset()), chunk(record, assembly));
        }
      }
      if (consumer.position(partition) > before) {
        lastProgressNanos = clients.execution().nanos();
      } else if (clients.execution().nanos() - lastProgressNanos > LONGEST_SILENCE.toNanos()) {
        throw new LogitstreamException(
            FailureKind.RETRYABLE,
            "%s: nothing arrived from %s at %d within %d s"
                .formatted(assembly.what(), partition, before, LONGEST_SILENCE.toSeconds()));
      }
    }
  }

  private CheckpointChunk chunk(ConsumerRecord<String, byte[]> record, ArtifactAssembly assembly) {
    try {
      return deserializer.deserialize(topic, record.value());
    } catch (LogitstreamException e) {
      if (e.kind() != FailureKind.POISON) {
        throw e;
      }
      throw new DamagedCheckpointException(
          "%s, at %s-%d@%d: no chunk: %s"
              .formatted(
                  assembly.what(), topic, record.partition(), record.offset(), e.getMessage()),
          e);
    }
  }

  @Override
  public void close() {
    deserializer.close();
  }
}
