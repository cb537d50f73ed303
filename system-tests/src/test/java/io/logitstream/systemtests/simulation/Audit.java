package io.logitstream.systemtests.simulation;

import io.logitstream.checkpoints.Verdicts;
import io.logitstream.distillation.step.TrainingState;
import io.logitstream.model.decoder.Sha256;
import io.logitstream.platform.deadletter.LetterHeaders;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.header.Header;

/** What must hold of everything that a run leaves, whatever was done to it. */
final class Audit {
  private final CommittedTopics topics;
  private final SimulatedBroker broker;
  private final LedgerReplay replay;
  private final Map<String, byte[]> chunks = new HashMap<>();
  private final Map<String, String> states = new TreeMap<>();

  private Audit(Scenario scenario, SimulatedBroker broker) {
    this.broker = broker;
    this.topics = CommittedTopics.of(broker);
    Map<String, Traffic.Item> items = new HashMap<>();
    scenario
        .transactions()
        .forEach(
            batch ->
                batch.records().forEach(placed -> items.put(placed.item().key(), placed.item())));
    this.replay = new LedgerReplay(broker, items);
    readChunks();
  }

  /**
   * Audits a run that has come to its end.
   *
   * @param followed what a follower was given; empty without one
   * @return the SHA-256 of each checkpoint's weights, by the place where it stands: step and
   *     positions
   * @throws AuditException naming the first thing that is wrong
   */
  static Map<String, String> of(
      Scenario scenario, SimulatedBroker broker, Optional<List<List<Long>>> followed) {
    Audit audit = new Audit(scenario, broker);
    audit.checkpoints();
    audit.oneWriter();
    audit.condemned();
    audit.expiry();
    followed.ifPresent(audit::followed);
    return audit.states;
  }

  private void checkpoints() {
    long expected = 0;
    for (CheckpointManifest manifest : topics.manifests().values()) {
      if (manifest.getSequence() != expected) {
        throw new AuditException(
            "checkpoint %d follows %d".formatted(manifest.getSequence(), expected - 1));
      }
      checkpoint(manifest);
      expected++;
    }
    for (long sequence : topics.chapters().keySet()) {
      if (!topics.manifests().containsKey(sequence)) {
        throw new AuditException(
            "the ledger has sequence %d, without manifest".formatted(sequence));
      }
    }
    if (replay.left() > 0) {
      throw new AuditException("%d records are lost at the end".formatted(replay.left()));
    }
  }

  private void checkpoint(CheckpointManifest manifest) {
    long sequence = manifest.getSequence();
    Map<Integer, LedgerEntry> chapter = topics.chapters().getOrDefault(sequence, Map.of());
    if (chapter.size() != manifest.getLedgerEntries()
        || !chapter.keySet().equals(indices(chapter.size()))) {
      throw new AuditException(
          "checkpoint %d says that it has %d ledger entries, there are %s"
              .formatted(sequence, manifest.getLedgerEntries(), chapter.keySet()));
    }
    long parent =
        chapter.values().stream()
            .map(LedgerEntry::getRollback)
            .filter(rollback -> rollback != null)
            .mapToLong(rollback -> rollback.getToSequence())
            .findFirst()
            .orElse(sequence - 1);
    Long told = manifest.getParentSequence();
    if ((told == null ? -1 : told) != parent) {
      throw new AuditException(
          "checkpoint %d has parent %s, its ledger leads from %d"
              .formatted(sequence, told, parent));
    }
    TrainingState.Snapshot state = replay.follow(manifest, chapter);
    compare(manifest, "weights", state.weights());
    compare(manifest, "moments", state.moments());
    states.put(
        "checkpoint of step %d at %s".formatted(manifest.getStep(), replay.standing(sequence)),
        Sha256.of(state.weights()) + Sha256.of(state.moments()));
  }

  private static Set<Integer> indices(int count) {
    Set<Integer> indices = new TreeSet<>();
    for (int index = 0; index < count; index++) {
      indices.add(index);
    }
    return indices;
  }

  private void compare(CheckpointManifest manifest, String name, byte[] expected) {
    Artifact artifact =
        manifest.getArtifacts().stream()
            .filter(candidate -> candidate.getName().equals(name))
            .findFirst()
            .orElseThrow(() -> new AuditException("%s are missing".formatted(name)));
    if (!artifact.getSha256().equals(Sha256.of(expected))) {
      throw new AuditException(
          "checkpoint %d: %s are not what its ledger leads to"
              .formatted(manifest.getSequence(), name));
    }
    byte[] stored =
        chunks.get(
            "%d/%s/%s@%d"
                .formatted(
                    artifact.getIncarnation(),
                    artifact.getUpload(),
                    name,
                    artifact.getChunks().get(0).getFirstOffset()));
    if (stored == null || !Sha256.of(stored).equals(artifact.getSha256())) {
      throw new AuditException(
          "checkpoint %d: the chunk of its %s is %s"
              .formatted(manifest.getSequence(), name, stored == null ? "missing" : "another"));
    }
  }

  private void readChunks() {
    String topic = World.name(Topic.CHECKPOINT_CHUNKS);
    try (RecordDeserializer<CheckpointChunk> deserializer = Traffic.reader(CheckpointChunk.class)) {
      for (LogEntry entry : CommittedTopics.committed(broker, Topic.CHECKPOINT_CHUNKS)) {
        if (entry.value() != null) {
          CheckpointChunk chunk = deserializer.deserialize(topic, entry.value());
          ByteBuffer bytes = chunk.getBytes().duplicate();
          byte[] copy = new byte[bytes.remaining()];
          bytes.get(copy);
          chunks.put(
              "%d/%s/%s@%d"
                  .formatted(
                      chunk.getIncarnation(),
                      chunk.getUpload(),
                      chunk.getArtifact(),
                      entry.offset()),
              copy);
        }
      }
    }
  }

  /** Once a start stands in the ledger, nothing that counts comes from an older one. */
  private void oneWriter() {
    List<LogEntry> all = new ArrayList<>();
    all.addAll(CommittedTopics.committed(broker, Topic.CHECKPOINTS));
    all.addAll(CommittedTopics.committed(broker, Topic.TRAINING_LEDGER));
    CommittedTopics.committed(broker, Topic.CHECKPOINT_CHUNKS).stream()
        .filter(entry -> entry.value() == null)
        .forEach(all::add);
    all.sort(java.util.Comparator.comparingLong(LogEntry::number));
    Map<Long, Long> incarnationOf = new HashMap<>();
    topics
        .starts()
        .forEach(start -> incarnationOf.put(start.entry().number(), start.incarnation()));
    String owner = "";
    long incarnation = 0;
    for (LogEntry entry : all) {
      Long started = incarnationOf.get(entry.number());
      if (started != null) {
        if (started != incarnation + 1) {
          throw new AuditException("incarnation %d follows %d".formatted(started, incarnation));
        }
        incarnation = started;
        owner = entry.writer();
      } else if (!entry.writer().equals(owner)) {
        throw new AuditException(
            "%s wrote %s after %s had taken the run over as incarnation %d"
                .formatted(entry.writer(), entry.key(), owner, incarnation));
      }
    }
  }

  /** Each condemned record is in the ledger and among the dead letters, once; no other is. */
  private void condemned() {
    if (!replay.skipped().equals(replay.condemned())) {
      throw new AuditException(
          "the ledger tells of the skips %s, condemned are %s"
              .formatted(new TreeSet<>(replay.skipped()), new TreeSet<>(replay.condemned())));
    }
    Set<String> letters = new HashSet<>();
    String topic = Topic.deadLetterTopic(World.name(Topic.TEACHER_LOGITS));
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      for (LogEntry entry : broker.journal(topic, partition)) {
        if (entry.state() == LogEntry.State.COMMITTED) {
          String place =
              header(entry, LetterHeaders.PARTITION) + "@" + header(entry, LetterHeaders.OFFSET);
          if (!letters.add(place)) {
            throw new AuditException("%s is among the dead letters twice".formatted(place));
          }
        }
      }
    }
    if (!letters.equals(replay.condemned())) {
      throw new AuditException(
          "the dead letters are %s, condemned are %s"
              .formatted(new TreeSet<>(letters), new TreeSet<>(replay.condemned())));
    }
  }

  private static String header(LogEntry entry, String name) {
    Header header = entry.headers().lastHeader(name);
    return header == null ? "?" : new String(header.value(), StandardCharsets.UTF_8);
  }

  /** What has not expired is whole, after all compactions; the two newest never expire. */
  private void expiry() {
    Set<Long> live = new HashSet<>();
    String topic = World.name(Topic.CHECKPOINT_CHUNKS);
    Set<String> there = new HashSet<>();
    Set<String> removed = new HashSet<>();
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      for (LogEntry entry : broker.entries(topic, partition)) {
        if (entry.state() == LogEntry.State.COMMITTED) {
          String key = String.valueOf(entry.key());
          (entry.value() == null ? removed : there).add(key);
        }
      }
    }
    for (CheckpointManifest manifest : topics.manifests().values()) {
      if (topics.expired().contains(manifest.getSequence())) {
        continue;
      }
      live.add(manifest.getSequence());
      for (Artifact artifact : manifest.getArtifacts()) {
        String key =
            io.logitstream.schemas.topics.RecordKeys.checkpointChunk(
                Scenario.RUN, artifact.getIncarnation(), artifact.getUpload(), 0);
        if (!there.contains(key) || removed.contains(key)) {
          throw new AuditException(
              "checkpoint %d has not expired, and its %s is gone"
                  .formatted(manifest.getSequence(), artifact.getName()));
        }
      }
    }
    long newest = topics.manifests().size() - 1L;
    if (!live.contains(newest) || (newest > 0 && !live.contains(newest - 1))) {
      throw new AuditException("one of the two newest checkpoints has expired");
    }
  }

  /**
   * A follower is given everything that may be followed, in order; opened again, it may be given
   * again what it had.
   */
  private void followed(List<List<Long>> given) {
    TreeSet<Long> all = new TreeSet<>();
    for (List<Long> once : given) {
      for (int i = 1; i < once.size(); i++) {
        if (once.get(i) <= once.get(i - 1)) {
          throw new AuditException("the follower was given %s, out of order".formatted(once));
        }
      }
      if (!once.isEmpty() && !all.isEmpty()) {
        requireNothingBetween(all.last(), once.get(0));
      }
      all.addAll(once);
    }
    for (CheckpointManifest manifest : topics.manifests().values()) {
      long sequence = manifest.getSequence();
      boolean isOlder = !all.isEmpty() && sequence < all.first();
      boolean mayBeMissing = isOlder && topics.expired().contains(sequence);
      boolean mayBeFollowed = Verdicts.mayBeFollowed(manifest);
      boolean wasGiven = all.contains(sequence);
      if (wasGiven ? !mayBeFollowed : mayBeFollowed && !mayBeMissing) {
        throw new AuditException(
            "the follower was given %s; checkpoint %d is %s"
                .formatted(given, sequence, manifest.getVerdict()));
      }
    }
  }

  private void requireNothingBetween(long last, long next) {
    for (long sequence = last + 1; sequence < next; sequence++) {
      CheckpointManifest manifest = topics.manifests().get(sequence);
      if (manifest != null && Verdicts.mayBeFollowed(manifest)) {
        throw new AuditException(
            "the follower was given %d after %d, and not %d".formatted(next, last, sequence));
      }
    }
  }
}
