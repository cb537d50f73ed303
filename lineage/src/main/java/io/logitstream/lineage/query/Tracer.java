package io.logitstream.lineage.query;

import io.logitstream.lineage.query.Trace.Answer;
import io.logitstream.lineage.query.Trace.Outcome;
import io.logitstream.lineage.query.Trace.RunTrace;
import io.logitstream.lineage.query.Trace.WindowTrace;
import io.logitstream.lineage.query.TrainingFacts.Consumed;
import io.logitstream.lineage.query.TrainingFacts.Skipped;
import io.logitstream.lineage.store.RecordKind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Joins what is known of a prompt with what runs did, when a question is asked. */
public final class Tracer {
  private static final String ANY_TEACHER = "*";

  /** The order in which a run's steps were taken. */
  private static final Comparator<Consumed> ORDER =
      Comparator.comparingLong(Consumed::sequence).thenComparingInt(Consumed::index);

  private final IndexView index;

  public Tracer(IndexView index) {
    this.index = index;
  }

  /** What became of a prompt. */
  public Trace trace(String promptId) {
    List<RecordFact> records = index.records(promptId);
    List<DeadLetterFact> letters = index.deadLetters(promptId);
    Map<RecordPosition, RecordFact> windows = new HashMap<>();
    for (RecordFact record : records) {
      if (record.kind() == RecordKind.TRAINING_WINDOW) {
        windows.put(record.position(), record);
      }
    }
    TrainingFacts facts = index.training(promptId, List.copyOf(windows.keySet()));
    List<RunTrace> runs = runs(windows, facts);
    Answer answer = answer(records, letters, facts, runs);
    return new Trace(
        promptId, answer, why(answer, letters, runs), runs, records, letters, facts.pins());
  }

  /**
   * The steps that trained on windows.
   *
   * @param windows the windows by where they lie
   */
  public static List<Consumed> trained(
      Map<RecordPosition, RecordFact> windows, TrainingFacts facts) {
    List<Consumed> trained = new ArrayList<>();
    for (Consumed consumed : facts.consumed()) {
      RecordFact window = windows.get(consumed.position());
      if (window != null && outcome(window, consumed, skip(consumed, facts)) == Outcome.TRAINED) {
        trained.add(consumed);
      }
    }
    return trained;
  }

  private static List<RunTrace> runs(Map<RecordPosition, RecordFact> windows, TrainingFacts facts) {
    Map<String, List<WindowTrace>> byRun = new TreeMap<>();
    for (Consumed consumed : facts.consumed()) {
      RecordFact window = windows.get(consumed.position());
      if (window != null) {
        byRun
            .computeIfAbsent(consumed.run(), run -> new ArrayList<>())
            .add(window(window, consumed, skip(consumed, facts)));
      }
    }
    Map<String, Consumed> first = new HashMap<>();
    for (Consumed consumed : trained(windows, facts)) {
      first.merge(consumed.run(), consumed, (a, b) -> ORDER.compare(a, b) <= 0 ? a : b);
    }
    return byRun.entrySet().stream()
        .map(run -> run(run.getKey(), first.get(run.getKey()), run.getValue()))
        .toList();
  }

  private static Optional<Skipped> skip(Consumed consumed, TrainingFacts facts) {
    return facts.skips().stream()
        .filter(
            skipped ->
                skipped.position().equals(consumed.position())
                    && skipped.run().equals(consumed.run())
                    && skipped.sequence() == consumed.sequence())
        .findFirst();
  }

  private static RunTrace run(String run, @Nullable Consumed first, List<WindowTrace> windows) {
    return new RunTrace(
        run,
        first == null ? null : run + "/" + first.sequence(),
        first == null ? null : first.step(),
        windows.stream()
            .sorted(
                Comparator.comparingInt(WindowTrace::window)
                    .thenComparingLong(WindowTrace::step)
                    .thenComparingInt(WindowTrace::partition)
                    .thenComparingLong(WindowTrace::offset))
            .toList());
  }

  private static WindowTrace window(RecordFact window, Consumed consumed, Optional<Skipped> skip) {
    return new WindowTrace(
        window.window(),
        window.teacher(),
        window.partition(),
        window.offset(),
        outcome(window, consumed, skip),
        skip.map(Skipped::code).orElse(null),
        consumed.run() + "/" + consumed.sequence(),
        consumed.step(),
        consumed.cursor());
  }

  /**
   * A range tells how many of its records were passed over, not which: where it is neither none nor
   * all, the run's own rules decide again.
   */
  static Outcome outcome(RecordFact window, Consumed consumed, Optional<Skipped> skip) {
    if (skip.isPresent()) {
      return Outcome.SKIPPED;
    }
    if (consumed.passedOver() == 0) {
      return Outcome.TRAINED;
    }
    boolean accepted =
        consumed.acceptedTeachers().isEmpty()
            || consumed.acceptedTeachers().contains(ANY_TEACHER)
            || consumed.acceptedTeachers().contains(String.valueOf(window.teacher()));
    return consumed.passedOver() >= consumed.records() || !accepted || window.weight() == 0
        ? Outcome.PASSED_OVER
        : Outcome.TRAINED;
  }

  private static Answer answer(
      List<RecordFact> records,
      List<DeadLetterFact> letters,
      TrainingFacts facts,
      List<RunTrace> runs) {
    if (runs.stream().anyMatch(run -> run.firstStep() != null)) {
      return Answer.TRAINED;
    }
    if (records.isEmpty() && letters.isEmpty() && facts.pins().isEmpty()) {
      return Answer.UNKNOWN;
    }
    if (!facts.pins().isEmpty() || records.stream().anyMatch(RecordFact::heldOut)) {
      return Answer.HELD_OUT;
    }
    if (!facts.skips().isEmpty() || !letters.isEmpty()) {
      return Answer.SKIPPED;
    }
    if (!runs.isEmpty()) {
      return Answer.PASSED_OVER;
    }
    if (records.stream().noneMatch(RecordFact::stands)) {
      return Answer.ERASED;
    }
    return records.stream().anyMatch(record -> record.kind() == RecordKind.TRAINING_WINDOW)
        ? Answer.NOT_YET_TRAINED
        : Answer.NOT_YET_SCORED;
  }

  private static String why(Answer answer, List<DeadLetterFact> letters, List<RunTrace> runs) {
    return switch (answer) {
      case TRAINED ->
          runs.stream()
              .filter(run -> run.firstStep() != null)
              .map(
                  run ->
                      "run %s trained on it first at step %d, in checkpoint %s"
                          .formatted(run.run(), run.firstStep(), run.firstCheckpoint()))
              .collect(Collectors.joining("; "));
      case HELD_OUT -> "it is evaluation data, and no run trains on it";
      case SKIPPED ->
          "it was condemned (%s), and no run trained on it"
              .formatted(
                  Stream.concat(
                          letters.stream().map(DeadLetterFact::code),
                          runs.stream()
                              .flatMap(run -> run.windows().stream())
                              .map(WindowTrace::code)
                              .filter(Objects::nonNull))
                      .distinct()
                      .sorted()
                      .collect(Collectors.joining(", ")));
      case PASSED_OVER ->
          "every run that met it passed it over: another teacher scored it, or its weight is 0";
      case ERASED -> "it was erased, and no run had trained on it";
      case NOT_YET_TRAINED -> "it is scored, and no committed checkpoint has trained on it yet";
      case NOT_YET_SCORED -> "it is on the prompts topic, and no teacher has scored it yet";
      case UNKNOWN -> "the index does not know it";
    };
  }
}
