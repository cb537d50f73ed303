package io.logitstream.lineage.query;

import io.logitstream.lineage.query.TrainingFacts.Pinned;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What became of a prompt.
 *
 * @param why the answer in a sentence
 * @param runs the runs that met its windows, by name
 * @param records where it and its windows lie
 * @param deadLetters where its dead letters lie
 * @param evaluationSets the evaluation sets that hold its windows
 */
public record Trace(
    String prompt,
    Answer answer,
    String why,
    List<RunTrace> runs,
    List<RecordFact> records,
    List<DeadLetterFact> deadLetters,
    List<Pinned> evaluationSets) {
  /** The answers, each going before those after it. */
  public enum Answer {
    /** At least one run trained on at least one window. */
    TRAINED,
    /** It is evaluation data, and never trained on. */
    HELD_OUT,
    /** A run or a teacher condemned it. */
    SKIPPED,
    /** Every run that met it passed it over: another teacher's, or of weight 0. */
    PASSED_OVER,
    /** It was erased before a run came to it. */
    ERASED,
    /** Its windows are in the log, and no run has come to them. */
    NOT_YET_TRAINED,
    /** It is in the log, and no teacher has scored it. */
    NOT_YET_SCORED,
    /** The index does not know it. */
    UNKNOWN
  }

  /**
   * What a run did with the prompt.
   *
   * @param firstCheckpoint RUN/SEQUENCE of the first checkpoint that trained on a window; null if
   *     none did
   * @param firstStep the step that did; null if none did
   */
  public record RunTrace(
      String run,
      @Nullable String firstCheckpoint,
      @Nullable Long firstStep,
      List<WindowTrace> windows) {
    public RunTrace {
      windows = List.copyOf(windows);
    }
  }

  /**
   * What a run did with a window.
   *
   * @param teacher NAME@REVISION of who scored it
   * @param code why it was condemned; null where it was not
   */
  public record WindowTrace(
      int window,
      @Nullable String teacher,
      int partition,
      long offset,
      Outcome outcome,
      @Nullable String code,
      String checkpoint,
      long step,
      String cursor) {}

  /** What a step did with a window that it consumed. */
  public enum Outcome {
    TRAINED,
    SKIPPED,
    PASSED_OVER
  }

  public Trace {
    runs = List.copyOf(runs);
    records = List.copyOf(records);
    deadLetters = List.copyOf(deadLetters);
    evaluationSets = List.copyOf(evaluationSets);
  }
}
