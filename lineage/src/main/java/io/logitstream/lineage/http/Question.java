package io.logitstream.lineage.http;

import com.fasterxml.jackson.core.type.TypeReference;
import io.logitstream.lineage.query.CheckpointFact;
import io.logitstream.lineage.query.DeadLetterFact;
import io.logitstream.lineage.query.IndexView;
import io.logitstream.lineage.query.RecordFact;
import io.logitstream.lineage.query.RecordPosition;
import io.logitstream.lineage.query.TrainingFacts;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The questions of {@link IndexView} as they cross HTTP: {@code POST /v1/NAME} with the arguments
 * as a JSON object.
 *
 * @param <T> type of the answer
 */
final class Question<T> {
  /** The arguments of all questions; each uses some. */
  record Arguments(
      @Nullable String prompt,
      @Nullable String subject,
      @Nullable String run,
      @Nullable String sha256,
      @Nullable String after,
      @Nullable Long afterSequence,
      @Nullable List<RecordPosition> positions) {
    static final Arguments NONE = new Arguments(null, null, null, null, null, null, null);

    static Arguments ofPrompt(String prompt) {
      return new Arguments(prompt, null, null, null, null, null, null);
    }
  }

  /** How a view answers. */
  private interface Asking<T> {
    T ask(IndexView view, Arguments arguments);
  }

  static final Question<List<RecordFact>> RECORDS =
      new Question<>(
          "records",
          new TypeReference<>() {},
          (view, arguments) -> view.records(required("prompt", arguments.prompt())));
  static final Question<List<String>> PROMPTS_OF =
      new Question<>(
          "prompts-of",
          new TypeReference<>() {},
          (view, arguments) ->
              view.promptsOf(required("subject", arguments.subject()), arguments.after()));
  static final Question<List<DeadLetterFact>> DEAD_LETTERS =
      new Question<>(
          "dead-letters",
          new TypeReference<>() {},
          (view, arguments) -> view.deadLetters(required("prompt", arguments.prompt())));
  static final Question<TrainingFacts> TRAINING =
      new Question<>(
          "training",
          new TypeReference<>() {},
          (view, arguments) ->
              view.training(
                  required("prompt", arguments.prompt()),
                  required("positions", arguments.positions())));
  static final Question<List<CheckpointFact>> CHECKPOINTS =
      new Question<>(
          "checkpoints",
          new TypeReference<>() {},
          (view, arguments) ->
              view.checkpoints(
                  required("run", arguments.run()),
                  required("afterSequence", arguments.afterSequence())));
  static final Question<List<CheckpointFact>> WITH_WEIGHTS =
      new Question<>(
          "with-weights",
          new TypeReference<>() {},
          (view, arguments) -> view.withWeights(required("sha256", arguments.sha256())));

  static final List<Question<?>> ALL =
      List.of(RECORDS, PROMPTS_OF, DEAD_LETTERS, TRAINING, CHECKPOINTS, WITH_WEIGHTS);

  private final String name;
  private final TypeReference<T> answer;
  private final Asking<T> asking;

  private Question(String name, TypeReference<T> answer, Asking<T> asking) {
    this.name = name;
    this.answer = answer;
    this.asking = asking;
  }

  /** What stands for it in a path. */
  String name() {
    return name;
  }

  /** The type of the answer. */
  TypeReference<T> answer() {
    return answer;
  }

  /**
   * The answer of a view.
   *
   * @throws IllegalArgumentException if an argument is missing
   */
  T ask(IndexView view, Arguments arguments) {
    return asking.ask(view, arguments);
  }

  private static <A> A required(String argument, @Nullable A value) {
    if (value == null) {
      throw new IllegalArgumentException("'%s' is missing".formatted(argument));
    }
    return value;
  }
}
