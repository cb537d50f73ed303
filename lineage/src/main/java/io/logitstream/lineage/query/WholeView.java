package io.logitstream.lineage.query;

import io.logitstream.lineage.store.DeadLetterStore;
import io.logitstream.lineage.store.PromptStore;
import io.logitstream.lineage.store.TrainingStore;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The whole index, from whichever instance is asked. A prompt's records are asked of their owner;
 * only when it does not know them, of all: partitions that were added since leave older prompts
 * where they were.
 */
public final class WholeView implements IndexView {
  private final StoreOwners owners;

  public WholeView(StoreOwners owners) {
    this.owners = owners;
  }

  @Override
  public List<RecordFact> records(String promptId) {
    List<RecordFact> owned = owners.ownerOf(promptId).records(promptId);
    return owned.isEmpty() ? all(PromptStore.NAME, view -> view.records(promptId)).toList() : owned;
  }

  @Override
  public List<String> promptsOf(String subject, @Nullable String after) {
    return all(PromptStore.NAME, view -> view.promptsOf(subject, after))
        .sorted()
        .distinct()
        .limit(PAGE)
        .toList();
  }

  @Override
  public List<DeadLetterFact> deadLetters(String promptId) {
    return all(DeadLetterStore.NAME, view -> view.deadLetters(promptId)).toList();
  }

  @Override
  public TrainingFacts training(String promptId, List<RecordPosition> positions) {
    return owners.ownersOf(TrainingStore.NAME).stream()
        .map(view -> view.training(promptId, positions))
        .reduce(TrainingFacts::and)
        .orElseGet(() -> new TrainingFacts(List.of(), List.of(), List.of()));
  }

  @Override
  public List<CheckpointFact> checkpoints(String run, long after) {
    return all(TrainingStore.NAME, view -> view.checkpoints(run, after))
        .sorted(Comparator.comparingLong(CheckpointFact::sequence))
        .limit(PAGE)
        .toList();
  }

  @Override
  public List<CheckpointFact> withWeights(String sha256) {
    return all(TrainingStore.NAME, view -> view.withWeights(sha256)).toList();
  }

  private <T> Stream<T> all(String store, Function<IndexView, List<T>> question) {
    return owners.ownersOf(store).stream().flatMap(view -> question.apply(view).stream());
  }
}
