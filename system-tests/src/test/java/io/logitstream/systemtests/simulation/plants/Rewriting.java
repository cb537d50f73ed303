package io.logitstream.systemtests.simulation.plants;

import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.systemtests.simulation.log.LogEntry;
import io.logitstream.systemtests.simulation.log.SimulatedBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Rewrites a checkpoint's transaction as a trainer with a mistake would have made it. */
final class Rewriting {
  private static final KafkaSettings REGISTRY =
      new KafkaSettings("none:1", "mock://simulation", "", true, Map.of());

  private Rewriting() {}

  /** The transaction without its skips, whole in itself. */
  static List<ProducerRecord<String, byte[]>> withoutSkips(
      List<ProducerRecord<String, byte[]>> transaction) {
    List<ProducerRecord<String, byte[]>> kept = new ArrayList<>();
    int index = 0;
    for (ProducerRecord<String, byte[]> record : transaction) {
      if (Plants.isOf(Topic.TRAINING_LEDGER, record)) {
        LedgerEntry entry = read(record, LedgerEntry.class);
        if (entry.getKind() == LedgerKind.SKIP) {
          continue;
        }
        if (entry.getKind() == LedgerKind.INCARNATION_STARTED) {
          return transaction;
        }
        entry.setIndex(index);
        kept.add(
            with(
                record, RecordKeys.ledgerEntry(entry.getRun(), entry.getSequence(), index), entry));
        index++;
      } else if (isManifest(record)) {
        CheckpointManifest manifest = read(record, CheckpointManifest.class);
        if (manifest.getExpired()) {
          return transaction;
        }
        manifest.setLedgerEntries(index);
        kept.add(with(record, record.key(), manifest));
      } else {
        kept.add(record);
      }
    }
    return kept;
  }

  /** The transaction of a rollback with the positions of the checkpoint that it goes back to. */
  static List<ProducerRecord<String, byte[]>> rewound(
      List<ProducerRecord<String, byte[]>> transaction, SimulatedBroker broker) {
    Optional<RollbackEntry> rollback =
        transaction.stream()
            .filter(record -> Plants.isOf(Topic.TRAINING_LEDGER, record))
            .map(record -> read(record, LedgerEntry.class).getRollback())
            .filter(entry -> entry != null)
            .findFirst();
    if (rollback.isEmpty()) {
      return transaction;
    }
    List<ProducerRecord<String, byte[]>> rewritten = new ArrayList<>();
    for (ProducerRecord<String, byte[]> record : transaction) {
      if (isManifest(record)) {
        CheckpointManifest manifest = read(record, CheckpointManifest.class);
        manifest.setCursors(
            committed(broker, manifest.getRun(), rollback.get().getToSequence()).getCursors());
        rewritten.add(with(record, record.key(), manifest));
      } else {
        rewritten.add(record);
      }
    }
    return rewritten;
  }

  private static CheckpointManifest committed(SimulatedBroker broker, String run, long sequence) {
    String topic = Topic.CHECKPOINTS.named("");
    for (int partition = 0; partition < broker.partitions(topic); partition++) {
      for (LogEntry entry : broker.journal(topic, partition)) {
        if (RecordKeys.checkpoint(run, sequence).equals(entry.key()) && entry.value() != null) {
          try (RecordDeserializer<CheckpointManifest> reader =
              new RecordDeserializer<>(REGISTRY, CheckpointManifest.class)) {
            return reader.deserialize(topic, entry.value());
          }
        }
      }
    }
    throw new IllegalStateException("there is no checkpoint " + sequence);
  }

  private static boolean isManifest(ProducerRecord<String, byte[]> record) {
    return Plants.isOf(Topic.CHECKPOINTS, record) && record.value() != null;
  }

  private static <T extends SpecificRecord> T read(
      ProducerRecord<String, byte[]> record, Class<T> type) {
    try (RecordDeserializer<T> reader = new RecordDeserializer<>(REGISTRY, type)) {
      return reader.deserialize(record.topic(), record.value());
    }
  }

  private static ProducerRecord<String, byte[]> with(
      ProducerRecord<String, byte[]> record, String key, SpecificRecord value) {
    try (RecordSerializer serializer = new RecordSerializer(REGISTRY)) {
      return new ProducerRecord<>(
          record.topic(), record.partition(), key, serializer.serialize(record.topic(), value));
    }
  }
}
