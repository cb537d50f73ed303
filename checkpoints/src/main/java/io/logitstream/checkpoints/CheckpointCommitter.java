package io.logitstream.checkpoints;

import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Commits checkpoints: the manifest, the ledger entries since its parent and the dead letters among
 * them in one small transaction. {@code transactional.id} is the topic prefix and the run, so a run
 * has one writer: a successor fences this one. For one thread.
 */
public final class CheckpointCommitter implements AutoCloseable {
  private final String run;

  /** Tombstones are small; the bound keeps each transaction short. */
  private static final int MAX_TOMBSTONES = 1000;

  private final String manifestTopic;
  private final String ledgerTopic;
  private final String chunkTopic;
  private final RunTransactions transactions;
  private final RecordSerializer serializer;

  /**
   * @param transactionTimeout how long a commit may keep readers of other runs waiting
   */
  public CheckpointCommitter(KafkaClients clients, String run, Duration transactionTimeout) {
    String prefix = clients.settings().topicPrefix();
    this.run = RecordKeys.segment("run", run);
    this.manifestTopic = Topic.CHECKPOINTS.named(prefix);
    this.ledgerTopic = Topic.TRAINING_LEDGER.named(prefix);
    this.chunkTopic = Topic.CHECKPOINT_CHUNKS.named(prefix);
    this.transactions =
        new RunTransactions(
            clients.transactionalProducer(prefix + run, transactionTimeout, Map.of()),
            run,
            transactionTimeout,
            clients.execution()::nanos);
    this.serializer = new RecordSerializer(clients.settings());
  }

  /** Takes the run over: fences its older writers and ends their open transactions. */
  public void initialise() {
    transactions.initialise();
  }

  /**
   * Commits the entry of a start.
   *
   * @throws io.logitstream.platform.LogitstreamException FENCED if a successor took the run over;
   *     RETRYABLE if what stands must be read again, with another committer
   */
  public void commitStart(LedgerEntry start) {
    if (start.getKind() != LedgerKind.INCARNATION_STARTED) {
      throw new IllegalArgumentException("an entry of kind " + start.getKind());
    }
    transactions.commit(
        List.of(
            byRun(
                ledgerTopic,
                RecordKeys.incarnation(run, start.getIncarnation()),
                serializer.serialize(ledgerTopic, start))));
  }

  /**
   * Commits a checkpoint: all of it becomes visible, or nothing. The chunks of its artifacts must
   * have been acknowledged.
   *
   * @param entries the ledger entries since the parent, in order; those of this manifest's sequence
   * @param deadLetters what was condemned since the parent
   * @throws io.logitstream.platform.LogitstreamException FENCED if a successor took the run over;
   *     RETRYABLE if what stands must be read again, with another committer
   */
  public void commit(
      CheckpointManifest manifest,
      List<LedgerEntry> entries,
      List<ProducerRecord<String, byte[]>> deadLetters) {
    if (manifest.getLedgerEntries() != entries.size()) {
      throw new IllegalArgumentException(
          "the manifest names %d ledger entries, found %d"
              .formatted(manifest.getLedgerEntries(), entries.size()));
    }
    List<ProducerRecord<String, byte[]>> records = new ArrayList<>(deadLetters);
    for (LedgerEntry entry : entries) {
      records.add(
          byRun(
              ledgerTopic,
              RecordKeys.ledgerEntry(run, entry.getSequence(), entry.getIndex()),
              serializer.serialize(ledgerTopic, entry)));
    }
    ProducerRecord<String, byte[]> committed =
        byRun(
            manifestTopic,
            RecordKeys.checkpoint(run, manifest.getSequence()),
            serializer.serialize(manifestTopic, manifest));
    CheckpointTrace.of(manifest).ifPresent(trace -> trace.writeTo(committed.headers()));
    records.add(committed);
    transactions.commit(records);
  }

  /**
   * Says in the manifests that they have expired, in one transaction: from then on nobody counts on
   * their chunks.
   *
   * @throws io.logitstream.platform.LogitstreamException as {@link #commit}
   */
  public void markExpired(List<CheckpointManifest> manifests) {
    transactions.commit(
        manifests.stream()
            .map(manifest -> CheckpointManifest.newBuilder(manifest).setExpired(true).build())
            .map(
                manifest ->
                    byRun(
                        manifestTopic,
                        RecordKeys.checkpoint(run, manifest.getSequence()),
                        serializer.serialize(manifestTopic, manifest)))
            .toList());
  }

  /**
   * Removes a checkpoint that has expired: its chunks, and last its manifest.
   *
   * @param chunkKeys the keys of all of its chunks
   * @throws IllegalArgumentException if it has not been said that it has expired
   * @throws io.logitstream.platform.LogitstreamException as {@link #commit}
   */
  public void remove(CheckpointManifest expired, List<String> chunkKeys) {
    if (!expired.getExpired()) {
      throw new IllegalArgumentException(
          "checkpoint %s has not expired".formatted(CheckpointId.of(expired)));
    }
    removeChunks(chunkKeys);
    transactions.commit(
        List.of(tombstone(manifestTopic, RecordKeys.checkpoint(run, expired.getSequence()))));
  }

  /** Removes chunks that no manifest names, or that of an expired one. */
  void removeChunks(List<String> keys) {
    for (int from = 0; from < keys.size(); from += MAX_TOMBSTONES) {
      transactions.commit(
          keys.subList(from, Math.min(keys.size(), from + MAX_TOMBSTONES)).stream()
              .map(key -> tombstone(chunkTopic, key))
              .toList());
    }
  }

  @Override
  public void close() {
    transactions.close();
    serializer.close();
  }

  private ProducerRecord<String, byte[]> tombstone(String topic, String key) {
    return byRun(topic, key, null);
  }

  private ProducerRecord<String, byte[]> byRun(String topic, String key, byte @Nullable [] value) {
    int partition = PromptPartitioner.partition(run, transactions.partitions(topic));
    return new ProducerRecord<>(topic, partition, key, value);
  }
}
