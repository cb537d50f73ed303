package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.Topic;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds committed checkpoints and reads their artifacts, checking every byte. For one thread at a
 * time.
 */
public final class CheckpointReader implements AutoCloseable {
  private final String topic;
  private final CommittedRecords manifests;
  private final RecordDeserializer<CheckpointManifest> deserializer;
  private final ArtifactReader artifacts;

  public CheckpointReader(KafkaClients clients) {
    this.topic = Topic.CHECKPOINTS.named(clients.settings().topicPrefix());
    this.manifests = new CommittedRecords(clients, topic);
    this.deserializer = new RecordDeserializer<>(clients.settings(), CheckpointManifest.class);
    this.artifacts = new ArtifactReader(clients);
  }

  /**
   * The run's newest checkpoint, the one with the highest sequence; empty if the run has none.
   * Reads to the true end of the topic.
   */
  public Optional<CheckpointManifest> newest(String run) {
    String prefix = run + "/";
    Newest newest = new Newest();
    manifests.forEach(
        record -> {
          if (record.key() != null && record.value() != null && record.key().startsWith(prefix)) {
            newest.offer(deserializer.deserialize(topic, record.value()));
          }
        });
    return Optional.ofNullable(newest.manifest);
  }

  /**
   * The manifest of a checkpoint.
   *
   * @throws LogitstreamException CONFIGURATION if there is none
   */
  public CheckpointManifest get(CheckpointId id) {
    return list(id.run()).stream()
        .filter(manifest -> manifest.getSequence() == id.sequence())
        .findFirst()
        .orElseThrow(
            () ->
                new LogitstreamException(
                    FailureKind.CONFIGURATION,
                    "there is no checkpoint %s; 'logitstream checkpoints list' shows those that there are"
                        .formatted(id)));
  }

  /** The checkpoints of all runs, by run and sequence. */
  public List<CheckpointManifest> list() {
    return list("", "");
  }

  /** The checkpoints of a run, by sequence. */
  public List<CheckpointManifest> list(String run) {
    return list(run + "/", run);
  }

  /**
   * Reads an artifact into memory.
   *
   * @throws DamagedCheckpointException if it is not what the manifest says
   */
  public byte[] read(CheckpointManifest manifest, String artifact) {
    Artifact found = artifact(manifest, artifact);
    if (found.getLength() > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "artifact %s has %d bytes: read it into a stream".formatted(artifact, found.getLength()));
    }
    // Grows as chunks arrive: a wrong length must not allocate gigabytes.
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      artifacts.read(manifest, found, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail to be written", e);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads an artifact into a stream, one chunk in memory at a time. The bytes are known to be right
   * only when the method returns.
   *
   * @throws DamagedCheckpointException if it is not what the manifest says
   * @throws IOException if the stream fails
   */
  public void read(CheckpointManifest manifest, String artifact, OutputStream out)
      throws IOException {
    artifacts.read(manifest, artifact(manifest, artifact), out);
  }

  @Override
  public void close() {
    deserializer.close();
    artifacts.close();
  }

  private List<CheckpointManifest> list(String keyPrefix, String run) {
    Map<String, CheckpointManifest> byKey = new HashMap<>();
    manifests.forEach(
        record -> {
          if (record.key() == null || !record.key().startsWith(keyPrefix)) {
            return;
          }
          if (record.value() == null) {
            byKey.remove(record.key());
          } else {
            byKey.put(record.key(), deserializer.deserialize(topic, record.value()));
          }
        });
    return byKey.values().stream()
        .filter(manifest -> run.isEmpty() || manifest.getRun().equals(run))
        .sorted(
            Comparator.comparing(CheckpointManifest::getRun)
                .thenComparingLong(CheckpointManifest::getSequence))
        .toList();
  }

  private static Artifact artifact(CheckpointManifest manifest, String name) {
    return manifest.getArtifacts().stream()
        .filter(artifact -> artifact.getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new DamagedCheckpointException(
                    "checkpoint %s has no artifact %s, only %s"
                        .formatted(
                            CheckpointId.of(manifest),
                            name,
                            manifest.getArtifacts().stream().map(Artifact::getName).toList())));
  }

  /** The manifest with the highest sequence so far; of two of one sequence, the later one. */
  private static final class Newest {
    private @Nullable CheckpointManifest manifest;

    void offer(CheckpointManifest offered) {
      if (manifest == null || offered.getSequence() >= manifest.getSequence()) {
        manifest = offered;
      }
    }
  }
}
