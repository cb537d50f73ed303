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
import java.util.function.Consumer;
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
   * @throws ExpiredCheckpointException if there was one
   * @throws LogitstreamException CONFIGURATION if there never was
   */
  public CheckpointManifest get(CheckpointId id) {
    List<CheckpointManifest> manifests = list(id.run());
    for (CheckpointManifest manifest : manifests) {
      if (manifest.getSequence() == id.sequence()) {
        return manifest;
      }
    }
    if (isRemoved(id, manifests)) {
      throw new ExpiredCheckpointException(id);
    }
    throw unknown(id);
  }

  /**
   * Whether a checkpoint that is not among the manifests of its run was there once: sequences have
   * no gaps, and the newest manifests are never removed.
   */
  public static boolean isRemoved(CheckpointId id, List<CheckpointManifest> manifests) {
    return manifests.stream().anyMatch(manifest -> manifest.getSequence() > id.sequence())
        && manifests.stream().noneMatch(manifest -> manifest.getSequence() == id.sequence());
  }

  /** Why there is no manifest of a checkpoint. */
  public static LogitstreamException unknown(CheckpointId id) {
    return new LogitstreamException(
        FailureKind.CONFIGURATION,
        "there is no checkpoint %s; 'logitstream checkpoints list' shows those that there are"
            .formatted(id));
  }

  /**
   * The newest checkpoint of a run whose artifacts are whole; what newer ones lack is said.
   *
   * @param artifacts names of those that are needed
   * @param onDamage told of each newer checkpoint that is damaged
   * @return empty if the run has no checkpoint, or none that is whole
   */
  public Optional<WholeCheckpoint> newestWhole(
      List<CheckpointManifest> manifests,
      List<String> artifacts,
      Consumer<DamagedCheckpointException> onDamage) {
    for (int i = manifests.size() - 1; i >= 0; i--) {
      CheckpointManifest manifest = manifests.get(i);
      if (manifest.getExpired()) {
        continue;
      }
      try {
        Map<String, byte[]> bytes = new HashMap<>();
        artifacts.forEach(name -> bytes.put(name, read(manifest, name)));
        return Optional.of(new WholeCheckpoint(manifest, bytes));
      } catch (DamagedCheckpointException e) {
        onDamage.accept(e);
      }
    }
    return Optional.empty();
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
