package io.logitstream.lineage.topology;

import io.logitstream.lineage.store.TrainingStore;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.EvaluationSetPinnedEntry;
import io.logitstream.schemas.EvaluationWindow;
import io.logitstream.schemas.IndexedCheckpoint;
import io.logitstream.schemas.IndexedPin;
import io.logitstream.schemas.IndexedRange;
import io.logitstream.schemas.IndexedRollback;
import io.logitstream.schemas.IndexedSkip;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.RollbackEntry;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.StepEntry;
import io.logitstream.schemas.topics.Topic;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** Puts the ledgers and manifests of runs into the {@link TrainingStore}. */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class RunProcessor implements Processor<byte[], byte[], Void, Void> {
  /**
   * What training changes of a checkpoint: all weights, or adapters beside those that stand still.
   */
  private static final Set<String> LEARNED = Set.of("weights", "adapter");

  private final IndexedTopics topics;
  private final KafkaSettings kafka;
  private final StopSignal stop;
  private final IndexCounts counts;
  private Decoding<LedgerEntry> entries;
  private Decoding<CheckpointManifest> manifests;
  private ProcessorContext<Void, Void> context;
  private KeyValueStore<byte[], byte[]> store;

  RunProcessor(IndexedTopics topics, KafkaSettings kafka, StopSignal stop, IndexCounts counts) {
    this.topics = topics;
    this.kafka = kafka;
    this.stop = stop;
    this.counts = counts;
  }

  @Override
  public void init(ProcessorContext<Void, Void> processorContext) {
    context = processorContext;
    entries = new Decoding<>(kafka, LedgerEntry.class, stop, counts);
    manifests = new Decoding<>(kafka, CheckpointManifest.class, stop, counts);
    store = processorContext.getStateStore(TrainingStore.NAME);
  }

  @Override
  public void process(Record<byte[], byte[]> read) {
    RecordPlace place = RecordPlace.of(context, read);
    byte @Nullable [] value = read.value();
    try {
      if (place.topic().equals(topics.name(Topic.TRAINING_LEDGER))) {
        // What a deleted entry told happened all the same.
        if (value != null) {
          entries
              .decode(place.topic(), place.toString(), value)
              .ifPresent(entry -> add(entry, place));
        }
      } else if (value == null) {
        RecordPlace.key(read.key()).ifPresent(this::deleted);
      } else {
        manifests.decode(place.topic(), place.toString(), value).ifPresent(this::add);
      }
    } catch (IllegalArgumentException e) {
      entries.leaveOut(place.topic(), place.toString(), String.valueOf(e.getMessage()));
    }
  }

  private void add(LedgerEntry entry, RecordPlace place) {
    if (entry.getKind() == LedgerKind.UNKNOWN) {
      throw new LogitstreamException(
          FailureKind.FATAL,
          "ledger entry at %s is of a kind that this build does not know, and may change what was trained on: index it with a newer build"
              .formatted(place));
    }
    StepEntry step = entry.getStep();
    if (step != null) {
      add(entry, step);
      counts.step();
    }
    SkipEntry skip = entry.getSkip();
    if (skip != null) {
      TrainingStore.putSkip(
          store,
          skip.getTopicId(),
          skip.getPartition(),
          skip.getOffset(),
          new IndexedSkip(entry.getRun(), entry.getSequence(), skip.getCode()));
    }
    RollbackEntry rollback = entry.getRollback();
    if (rollback != null) {
      TrainingStore.putRollback(
          store,
          entry.getRun(),
          entry.getSequence(),
          new IndexedRollback(rollback.getToSequence(), entry.getIndex()));
    }
    EvaluationSetPinnedEntry pinned = entry.getEvaluationSetPinned();
    if (pinned != null) {
      add(entry, pinned);
    }
  }

  private void add(LedgerEntry entry, StepEntry step) {
    for (int i = 0; i < step.getRanges().size(); i++) {
      OffsetRange range = step.getRanges().get(i);
      TrainingStore.putRange(
          store,
          range.getTopicId(),
          range.getPartition(),
          i,
          IndexedRange.newBuilder()
              .setRun(entry.getRun())
              .setSequence(entry.getSequence())
              .setIndex(entry.getIndex())
              .setStep(step.getStep())
              .setCursor(range.getCursor())
              .setFirstOffset(range.getFirstOffset())
              .setLastOffset(range.getLastOffset())
              .setCount(range.getCount())
              .setPassedOver(range.getPassedOver())
              .build());
    }
  }

  private void add(LedgerEntry entry, EvaluationSetPinnedEntry pinned) {
    for (EvaluationWindow window : pinned.getWindows()) {
      TrainingStore.putPin(
          store,
          window.getPromptId(),
          new IndexedPin(
              entry.getRun(),
              pinned.getDomain(),
              window.getWindow(),
              window.getTeacher(),
              entry.getSequence()));
    }
  }

  private void add(CheckpointManifest manifest) {
    TrainingStore.putCheckpoint(
        store,
        IndexedCheckpoint.newBuilder()
            .setRun(manifest.getRun())
            .setSequence(manifest.getSequence())
            .setStep(manifest.getStep())
            .setParentSequence(manifest.getParentSequence())
            .setCreatedAt(manifest.getCreatedAt())
            .setWeightsSha256(weights(manifest).orElse(null))
            .setAcceptedTeachers(manifest.getAcceptedTeachers())
            .setExpired(manifest.getExpired())
            .build());
    counts.checkpoint();
  }

  private static Optional<String> weights(CheckpointManifest manifest) {
    return manifest.getArtifacts().stream()
        .filter(artifact -> LEARNED.contains(artifact.getName()))
        .map(Artifact::getSha256)
        .findFirst();
  }

  /** A manifest that was deleted: the last thing that expiry does. */
  private void deleted(String key) {
    int slash = key.lastIndexOf('/');
    if (slash < 1 || !key.substring(slash + 1).matches("[0-9]{1,18}")) {
      return;
    }
    TrainingStore.checkpoint(
            store, key.substring(0, slash), Long.parseLong(key.substring(slash + 1)))
        .ifPresent(
            checkpoint ->
                TrainingStore.putCheckpoint(
                    store, IndexedCheckpoint.newBuilder(checkpoint).setExpired(true).build()));
  }

  @Override
  public void close() {
    entries.close();
    manifests.close();
  }
}
