package io.logitstream.lineage.query;

import io.logitstream.lineage.query.TrainingFacts.Consumed;
import io.logitstream.lineage.query.TrainingFacts.Pinned;
import io.logitstream.lineage.query.TrainingFacts.Skipped;
import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.TrainingStore;
import io.logitstream.schemas.IndexedCheckpoint;
import io.logitstream.schemas.IndexedPin;
import io.logitstream.schemas.IndexedRange;
import io.logitstream.schemas.IndexedRollback;
import io.logitstream.schemas.IndexedSkip;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.kafka.streams.state.ReadOnlyKeyValueStore;
import org.jspecify.annotations.Nullable;

/** What this instance keeps: answers from the partitions of the stores that it owns. */
public final class LocalView implements IndexView {
  private final Function<String, ReadOnlyKeyValueStore<byte[], byte[]>> stores;

  /**
   * @param stores the store of a name; throws a RETRYABLE LogitstreamException while it is not
   *     there
   */
  public LocalView(Function<String, ReadOnlyKeyValueStore<byte[], byte[]>> stores) {
    this.stores = stores;
  }

  @Override
  public List<RecordFact> records(String promptId) {
    return PromptStore.records(stores.apply(PromptStore.NAME), promptId).stream()
        .map(RecordFact::of)
        .toList();
  }

  @Override
  public List<String> promptsOf(String subject, @Nullable String after) {
    return PromptStore.promptsOf(
        stores.apply(PromptStore.NAME), subject, Optional.ofNullable(after), PAGE);
  }

  @Override
  public List<DeadLetterFact> deadLetters(String promptId) {
    return DeadLetterStore.letters(stores.apply(DeadLetterStore.NAME), promptId).stream()
        .map(DeadLetterFact::of)
        .toList();
  }

  @Override
  public TrainingFacts training(String promptId, List<RecordPosition> positions) {
    ReadOnlyKeyValueStore<byte[], byte[]> store = stores.apply(TrainingStore.NAME);
    List<Consumed> consumed = new ArrayList<>();
    List<Skipped> skips = new ArrayList<>();
    for (RecordPosition position : positions) {
      for (IndexedRange range :
          TrainingStore.rangesWith(
              store, position.topicId(), position.partition(), position.offset())) {
        consumed.add(consumed(store, position, range));
      }
      for (IndexedSkip skip :
          TrainingStore.skipsOf(
              store, position.topicId(), position.partition(), position.offset())) {
        skips.add(new Skipped(position, skip.getRun(), skip.getSequence(), skip.getCode()));
      }
    }
    return new TrainingFacts(
        consumed,
        skips,
        TrainingStore.pins(store, promptId).stream().map(LocalView::pinned).toList());
  }

  @Override
  public List<CheckpointFact> checkpoints(String run, long after) {
    ReadOnlyKeyValueStore<byte[], byte[]> store = stores.apply(TrainingStore.NAME);
    return TrainingStore.checkpoints(store, run, after, PAGE).stream()
        .map(checkpoint -> fact(store, checkpoint))
        .toList();
  }

  @Override
  public List<CheckpointFact> withWeights(String sha256) {
    ReadOnlyKeyValueStore<byte[], byte[]> store = stores.apply(TrainingStore.NAME);
    return TrainingStore.withWeights(store, sha256).stream()
        .map(checkpoint -> fact(store, checkpoint))
        .toList();
  }

  private static Consumed consumed(
      ReadOnlyKeyValueStore<byte[], byte[]> store, RecordPosition position, IndexedRange range) {
    return new Consumed(
        position,
        range.getRun(),
        range.getSequence(),
        range.getIndex(),
        range.getStep(),
        range.getCursor(),
        range.getCount(),
        range.getPassedOver(),
        TrainingStore.checkpoint(store, range.getRun(), range.getSequence())
            .map(IndexedCheckpoint::getAcceptedTeachers)
            .orElse(List.of()));
  }

  private static Pinned pinned(IndexedPin pin) {
    return new Pinned(pin.getRun(), pin.getDomain(), pin.getWindow(), pin.getTeacher());
  }

  private static CheckpointFact fact(
      ReadOnlyKeyValueStore<byte[], byte[]> store, IndexedCheckpoint checkpoint) {
    Optional<IndexedRollback> rollback =
        TrainingStore.rollback(store, checkpoint.getRun(), checkpoint.getSequence());
    return new CheckpointFact(
        checkpoint.getRun(),
        checkpoint.getSequence(),
        checkpoint.getStep(),
        checkpoint.getParentSequence(),
        checkpoint.getCreatedAt().toEpochMilli(),
        checkpoint.getWeightsSha256(),
        checkpoint.getExpired(),
        rollback.map(IndexedRollback::getToSequence).orElse(null),
        rollback.map(IndexedRollback::getIndex).orElse(null));
  }
}
