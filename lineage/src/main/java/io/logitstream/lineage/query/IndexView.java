package io.logitstream.lineage.query;

import io.logitstream.platform.LogitstreamException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The questions that the index answers: each is a few short ranges of one store. What an instance
 * keeps, what another one keeps, and the whole answer the same questions.
 *
 * <p>All of them throw a {@link LogitstreamException}: RETRYABLE while a store is being moved or
 * restored, or its owner does not answer.
 */
public interface IndexView {
  /** The most prompts or checkpoints in one answer. */
  int PAGE = 1000;

  /** The records of a prompt; empty if it is not known. */
  List<RecordFact> records(String promptId);

  /**
   * Prompts about a subject that have a record which stands, in the order of their ids.
   *
   * @param after the last one of the page before; null to begin
   * @return at most {@link #PAGE}; fewer mean that these are the last
   */
  List<String> promptsOf(String subject, @Nullable String after);

  /** The dead letters of a prompt. */
  List<DeadLetterFact> deadLetters(String promptId);

  /**
   * What runs did with a prompt.
   *
   * @param positions where its windows lie
   */
  TrainingFacts training(String promptId, List<RecordPosition> positions);

  /**
   * Checkpoints of a run, by sequence.
   *
   * @param after the last sequence of the page before; -1 to begin
   * @return at most {@link #PAGE}; fewer mean that these are the last
   */
  List<CheckpointFact> checkpoints(String run, long after);

  /** The checkpoints of all runs that have these weights. */
  List<CheckpointFact> withWeights(String sha256);
}
