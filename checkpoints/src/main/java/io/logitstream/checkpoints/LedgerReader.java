package io.logitstream.checkpoints;

import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.registry.RecordDeserializer;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.topics.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Reads the committed ledgers of runs. For one thread at a time. */
public final class LedgerReader implements AutoCloseable {
  private final String topic;
  private final CommittedRecords records;
  private final RecordDeserializer<LedgerEntry> deserializer;

  public LedgerReader(KafkaClients clients) {
    this.topic = Topic.TRAINING_LEDGER.named(clients.settings().topicPrefix());
    this.records = new CommittedRecords(clients, topic);
    this.deserializer = new RecordDeserializer<>(clients.settings(), LedgerEntry.class);
  }

  /**
   * Hands a run's entries to the visitor in the order in which they were committed, up to the true
   * end of the ledger.
   *
   * @throws LogitstreamException FATAL on an entry whose kind this build does not know: it cannot
   *     tell what the entry changed
   */
  public void forEach(String run, Consumer<LedgerEntry> visitor) {
    String prefix = run + "/";
    records.forEach(
        record -> {
          if (record.value() == null || record.key() == null || !record.key().startsWith(prefix)) {
            return;
          }
          LedgerEntry entry = deserializer.deserialize(topic, record.value());
          if (entry.getKind() == LedgerKind.UNKNOWN) {
            throw new LogitstreamException(
                FailureKind.FATAL,
                "ledger entry %s is of a kind that this build does not know: use a newer build"
                    .formatted(record.key()));
          }
          visitor.accept(entry);
        });
  }

  /** All entries of a run, in the order in which they were committed. */
  public List<LedgerEntry> entries(String run) {
    List<LedgerEntry> entries = new ArrayList<>();
    forEach(run, entries::add);
    return List.copyOf(entries);
  }

  @Override
  public void close() {
    deserializer.close();
  }
}
