package io.logitstream.systemtests.simulation;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a run has committed, read from the broker's own journal: no consumer, no compaction, no
 * retention is between.
 *
 * @param manifests by sequence, as they were committed first
 * @param chapters the ledger entries of each sequence, by index
 * @param starts the entries of starts, with the records that hold them
 * @param expired sequences that were marked as expired
 */
record CommittedTopics(
    SimulatedBroker broker,
    Map<Long, CheckpointManifest> manifests,
    Map<Long, Map<Integer, LedgerEntry>> chapters,
    List<Start> starts,
    List<Long> expired) {

  /** A start of the run, in the ledger. */
  record Start(long incarnation, LogEntry entry) {}

  /**
   * Reads them.
   *
   * @throws AuditException if a record is there twice
   */
  static CommittedTopics of(SimulatedBroker broker) {
    CommittedTopics topics =
        new CommittedTopics(
            broker, new TreeMap<>(), new TreeMap<>(), new ArrayList<>(), new ArrayList<>());
    try (RecordDeserializer<CheckpointManifest> manifests =
            Traffic.reader(CheckpointManifest.class);
        RecordDeserializer<LedgerEntry> entries = Traffic.reader(LedgerEntry.class)) {
      for (LogEntry entry : committed(broker, Topic.CHECKPOINTS)) {
        topics.addManifest(entry, manifests);
      }
      for (LogEntry entry : committed(broker, Topic.TRAINING_LEDGER)) {
        topics.addEntry(
            entry, entries.deserialize(World.name(Topic.TRAINING_LEDGER), entry.value()));
      }
    }
    return topics;
  }

  /** The run's committed records of a topic, tombstones too. */
  static List<LogEntry> committed(SimulatedBroker broker, Topic topic) {
    List<LogEntry> committed = new ArrayList<>();
    String name = World.name(topic);
    for (int partition = 0; partition < broker.partitions(name); partition++) {
      for (LogEntry entry : broker.journal(name, partition)) {
        String key = entry.key();
        if (entry.state() == LogEntry.State.COMMITTED
            && key != null
            && key.startsWith(Scenario.RUN + "/")) {
          committed.add(entry);
        }
      }
    }
    return committed;
  }

  private void addManifest(LogEntry entry, RecordDeserializer<CheckpointManifest> manifests) {
    if (entry.value() == null) {
      return;
    }
    CheckpointManifest manifest =
        manifests.deserialize(World.name(Topic.CHECKPOINTS), entry.value());
    if (manifest.getExpired()) {
      expired.add(manifest.getSequence());
    } else if (manifests().put(manifest.getSequence(), manifest) != null) {
      throw new AuditException(
          "checkpoint %s was committed twice".formatted(CheckpointId.of(manifest)));
    }
  }

  private void addEntry(LogEntry record, LedgerEntry entry) {
    if (entry.getKind() == LedgerKind.INCARNATION_STARTED) {
      starts.add(new Start(entry.getIncarnation(), record));
    } else if (chapters
            .computeIfAbsent(entry.getSequence(), sequence -> new TreeMap<>())
            .put(entry.getIndex(), entry)
        != null) {
      throw new AuditException(
          "ledger entry %d of sequence %d was committed twice"
              .formatted(entry.getIndex(), entry.getSequence()));
    }
  }
}
