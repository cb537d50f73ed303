package io.logitstream.lineage.query;

import static io.logitstream.lineage.Samples.REVISION;
import static io.logitstream.lineage.Samples.TEACHER;
import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.lineage.IndexInMemory;
import io.logitstream.lineage.Samples;
import io.logitstream.lineage.query.Trace.Answer;
import io.logitstream.lineage.query.Trace.Outcome;
import io.logitstream.lineage.query.Trace.RunTrace;
import io.logitstream.lineage.query.Trace.WindowTrace;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.topics.Topic;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TracerTest {
  @TempDir Path folder;

  private IndexInMemory index;
  private String logits;

  @BeforeEach
  void open() {
    index = new IndexInMemory(folder);
    logits = index.topicId(Topic.TEACHER_LOGITS);
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void aPromptThatNobodyWroteIsUnknown() {
    index.write(Samples.prompt("other", null, false));

    assertThat(trace("mine").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(trace("othe").answer()).isEqualTo(Answer.UNKNOWN);
    assertThat(trace("other ").answer()).isEqualTo(Answer.UNKNOWN);
  }

  @Test
  void aPromptIsFollowedFromItsTopicToItsFirstStep() {
    index.write(Samples.prompt("mine", null, false));
    assertThat(trace("mine").answer()).isEqualTo(Answer.NOT_YET_SCORED);

    window("mine", 0, 2);
    window("mine", 1, 2);
    window("later", 0, 1);
    assertThat(trace("mine").answer()).isEqualTo(Answer.NOT_YET_TRAINED);

    index.write(Samples.manifest("run", 3, 2L, "w3"));
    index.write(step("run", 3, 7, 0, 0));
    index.write(step("run", 4, 8, 1, 2));
    Trace trace = trace("mine");

    assertThat(trace.answer()).isEqualTo(Answer.TRAINED);
    RunTrace run = trace.runs().get(0);
    assertThat(run.firstCheckpoint()).isEqualTo("run/3");
    assertThat(run.firstStep()).isEqualTo(7);
    assertThat(run.windows().stream().map(WindowTrace::window)).containsExactly(0, 1);
    assertThat(run.windows().stream().map(WindowTrace::step)).containsExactly(7L, 8L);
    assertThat(run.windows().stream().map(WindowTrace::checkpoint))
        .containsExactly("run/3", "run/4");
    assertThat(trace.records().get(0).sourcePosition()).isEqualTo("file/mine");
  }

  @Test
  void everyRunAnswersAndSoDoesEveryCopyOfAStepThatOverlaps() {
    window("mine", 0, 1);
    index.write(step("live", 1, 1, 0, 9));
    index.write(step("replayed", 1, 1, 0, 0));
    index.write(step("live", 6, 60, 0, 400));

    Trace trace = trace("mine");

    assertThat(trace.runs().stream().map(RunTrace::run)).containsExactly("live", "replayed");
    assertThat(trace.runs().get(0).windows().stream().map(WindowTrace::step))
        .containsExactly(1L, 60L);
    assertThat(trace.runs().get(0).firstCheckpoint()).isEqualTo("live/1");
  }

  @Test
  void anEarlierTopicOfTheSameNameIsAnotherOne() {
    window("mine", 0, 1);
    index.write(Samples.step("run", 1, 0, 1, List.of(Samples.range("old", 0, 0, 5, 6, 0))));

    assertThat(trace("mine").answer()).isEqualTo(Answer.NOT_YET_TRAINED);
  }

  @Test
  void aHeldOutPromptSaysSoAndNamesTheEvaluationSetsThatHoldIt() {
    index.write(Samples.prompt("mine", null, true));
    assertThat(trace("mine").answer()).isEqualTo(Answer.HELD_OUT);

    index.write(Topic.EVALUATION_LOGITS, Samples.window("mine", 0, 1, REVISION, null));
    index.write(Samples.pinned("run", 1, "mine"));

    Trace trace = trace("mine");
    assertThat(trace.answer()).isEqualTo(Answer.HELD_OUT);
    assertThat(trace.evaluationSets())
        .containsExactly(new TrainingFacts.Pinned("run", "java", 0, TEACHER));
  }

  @Test
  void aCondemnedRecordIsSkippedWithItsCode() {
    window("mine", 0, 1);
    index.write(Samples.skip("run", 1, 0, logits, 0, 0));
    index.write(Samples.step("run", 1, 1, 1, List.of(Samples.range(logits, 0, 0, 3, 4, 1))));

    Trace trace = trace("mine");

    assertThat(trace.answer()).isEqualTo(Answer.SKIPPED);
    assertThat(trace.why()).contains("checksum");
    assertThat(trace.runs().get(0).windows().get(0).outcome()).isEqualTo(Outcome.SKIPPED);
  }

  @Test
  void aPromptAmongTheDeadLettersIsSkipped() {
    index.write(Samples.prompt("mine", null, false));
    index.deadLetter(Topic.PROMPTS, "mine", "too-long");

    assertThat(trace("mine").answer()).isEqualTo(Answer.SKIPPED);
    assertThat(trace("mine").why()).contains("too-long");
  }

  @Test
  void anotherTeachersWindowIsPassedOver() {
    index.write(Topic.TEACHER_LOGITS, Samples.window("mine", 0, 1, "r2", null));
    window("mine", 0, 1);
    index.write(Samples.manifest("run", 1, 0L, "w1"));
    index.write(Samples.step("run", 1, 0, 1, List.of(Samples.range(logits, 0, 0, 1, 2, 1))));
    index.write(Samples.step("all", 1, 0, 1, List.of(Samples.range(logits, 0, 0, 0, 1, 1))));

    Trace trace = trace("mine");

    assertThat(trace.runs().get(0).run()).isEqualTo("all");
    assertThat(trace.runs().get(0).firstStep()).isNull();
    assertThat(trace.runs().get(1).windows().stream().map(WindowTrace::outcome))
        .containsExactly(Outcome.PASSED_OVER, Outcome.TRAINED);
  }

  @Test
  void aPromptThatEveryRunPassedOverSaysSo() {
    window("mine", 0, 1);
    index.write(Samples.step("run", 1, 0, 1, List.of(Samples.range(logits, 0, 0, 0, 1, 1))));

    assertThat(trace("mine").answer()).isEqualTo(Answer.PASSED_OVER);
  }

  @Test
  void anErasedPromptLosesWhatTellsOfAPersonAndKeepsWhereItLay() {
    index.write(Samples.prompt("mine", "alice", false));
    index.write(Topic.TEACHER_LOGITS, Samples.window("mine", 0, 1, REVISION, "alice"));
    assertThat(index.view().promptsOf("alice", null)).containsExactly("mine");

    index.write(Topic.PROMPTS.baseName(), "mine", null);
    assertThat(index.view().promptsOf("alice", null)).containsExactly("mine");
    index.write(Topic.TEACHER_LOGITS.baseName(), "mine/0/" + REVISION, null);

    Trace trace = trace("mine");
    assertThat(index.view().promptsOf("alice", null)).isEmpty();
    assertThat(trace.answer()).isEqualTo(Answer.ERASED);
    assertThat(trace.records())
        .hasSize(2)
        .allSatisfy(
            record -> {
              assertThat(record.stands()).isFalse();
              assertThat(record.subject()).isNull();
              assertThat(record.sourcePosition()).isNull();
            });

    index.write(step("run", 1, 1, 0, 0));
    assertThat(trace("mine").answer()).isEqualTo(Answer.TRAINED);
  }

  @Test
  void whatTellsOfAPersonGoesWithTheRecordsThatTimeRemoves() {
    index.write(Samples.prompt("mine", "alice", false));
    index.advance(Duration.ofMinutes(59));
    assertThat(index.view().promptsOf("alice", null)).containsExactly("mine");

    index.advance(Duration.ofMinutes(2));

    assertThat(index.view().promptsOf("alice", null)).isEmpty();
    RecordFact record = trace("mine").records().get(0);
    assertThat(record.subject()).isNull();
    assertThat(record.sourcePosition()).isNull();
    assertThat(record.stands()).isTrue();
  }

  @Test
  void aSubjectLeadsToAPromptForAsLongAsAnythingOfItStands() {
    index.write(Samples.prompt("mine", "alice", false));
    window("mine", 0, 1);

    index.write(Topic.PROMPTS.baseName(), "mine", null);
    assertThat(index.view().promptsOf("alice", null)).containsExactly("mine");
    index.write(Topic.TEACHER_LOGITS.baseName(), "mine/0/" + REVISION, null);
    assertThat(index.view().promptsOf("alice", null)).isEmpty();
  }

  @Test
  void aTombstoneErasesWhatLiesBeforeItAndNothingElse() {
    window("mine", 0, 2);
    window("mine", 1, 2);
    index.write(Topic.TEACHER_LOGITS.baseName(), "mine/0/" + REVISION, null);
    window("mine", 0, 2);

    assertThat(trace("mine").records().stream().map(RecordFact::stands))
        .containsExactly(false, true, true);
  }

  @Test
  void whatIsNoRecordIsCountedAndLeftOut() {
    index.write(Topic.PROMPTS.baseName(), "mine", new byte[] {7, 7});
    index.write(Samples.prompt("x".repeat(2000), null, false));
    window("mine", 0, 1);

    assertThat(trace("mine").answer()).isEqualTo(Answer.NOT_YET_TRAINED);
    assertThat(
            index
                .meters()
                .get("logitstream.index.unreadable")
                .tag("topic", "prompts")
                .counter()
                .count())
        .isEqualTo(2);
  }

  @Test
  void subjectsArePagedAndDoNotMix() {
    for (int i = 0; i < IndexView.PAGE + 5; i++) {
      index.write(Samples.prompt("p%05d".formatted(i), "alice", false));
    }
    index.write(Samples.prompt("bob's", "alice2", false));

    List<String> first = index.view().promptsOf("alice", null);
    List<String> second = index.view().promptsOf("alice", first.get(first.size() - 1));

    assertThat(first).hasSize(IndexView.PAGE).startsWith("p00000").endsWith("p00999");
    assertThat(second).containsExactly("p01000", "p01001", "p01002", "p01003", "p01004");
  }

  private void window(String prompt, int window, int windows) {
    index.write(Topic.TEACHER_LOGITS, Samples.window(prompt, window, windows, REVISION, null));
  }

  private LedgerEntry step(String run, long sequence, long step, long first, long last) {
    return Samples.step(
        run,
        sequence,
        0,
        step,
        List.of(Samples.range(logits, 0, first, last, (int) (last - first + 1), 0)));
  }

  private Trace trace(String prompt) {
    return new Tracer(index.view()).trace(prompt);
  }
}
