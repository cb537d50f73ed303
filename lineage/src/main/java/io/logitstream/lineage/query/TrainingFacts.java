package io.logitstream.lineage.query;

import java.util.ArrayList;
import java.util.List;

/**
 * What runs did with the records of a prompt.
 *
 * @param consumed the steps that consumed them
 * @param skips the runs that condemned them
 * @param pins the evaluation sets that hold them
 */
public record TrainingFacts(List<Consumed> consumed, List<Skipped> skips, List<Pinned> pins) {
  /**
   * A step that consumed a record, among others.
   *
   * @param run the run
   * @param sequence the checkpoint that committed the step
   * @param index place of the step among the ledger entries of that checkpoint
   * @param step the optimizer step
   * @param cursor the cursor that read the record
   * @param records records of the range that the step consumed
   * @param passedOver those of them that were not trained on
   * @param acceptedTeachers teachers that the run trained on then; empty if that is not known
   */
  public record Consumed(
      RecordPosition position,
      String run,
      long sequence,
      int index,
      long step,
      String cursor,
      int records,
      int passedOver,
      List<String> acceptedTeachers) {
    public Consumed {
      acceptedTeachers = List.copyOf(acceptedTeachers);
    }
  }

  /**
   * A record that a run condemned.
   *
   * @param code short code of the reason
   */
  public record Skipped(RecordPosition position, String run, long sequence, String code) {}

  /** A window that a run's evaluation set holds. */
  public record Pinned(String run, String domain, int window, String teacher) {}

  public TrainingFacts {
    consumed = List.copyOf(consumed);
    skips = List.copyOf(skips);
    pins = List.copyOf(pins);
  }

  /** These facts and others: those of runs that another instance keeps. */
  TrainingFacts and(TrainingFacts others) {
    return new TrainingFacts(
        joined(consumed, others.consumed), joined(skips, others.skips), joined(pins, others.pins));
  }

  private static <T> List<T> joined(List<T> first, List<T> second) {
    List<T> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
