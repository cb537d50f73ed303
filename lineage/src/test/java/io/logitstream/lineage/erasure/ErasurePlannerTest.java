package io.logitstream.lineage.erasure;

import static io.logitstream.lineage.Samples.REVISION;
import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.lineage.IndexInMemory;
import io.logitstream.lineage.Samples;
import io.logitstream.lineage.erasure.Removal.Means;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.Topic;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ErasurePlannerTest {
  private static final long NOW_MS = 5_000_000;
  private static final TopicRemoval COMPACTED =
      new TopicRemoval(true, OptionalLong.of(1000), OptionalLong.of(700), 50, Map.of());
  private static final TopicRemoval BY_TIME =
      new TopicRemoval(false, OptionalLong.empty(), OptionalLong.of(700), 50, Map.of());

  @TempDir Path folder;

  private final Map<String, TopicRemoval> topics = new HashMap<>();
  private IndexInMemory index;
  private String logits;

  @BeforeEach
  void open() {
    index = new IndexInMemory(folder);
    logits = index.topicId(Topic.TEACHER_LOGITS);
    ErasurePlanner.topics("").forEach(topic -> topics.put(topic, COMPACTED));
  }

  @AfterEach
  void close() {
    index.close();
  }

  @Test
  void everyRecordOfAPromptGoesByTombstoneWhereTopicsAreCompacted() {
    scored("mine");
    index.deadLetter(Topic.TEACHER_LOGITS, "mine/0/" + REVISION, "checksum");

    ErasurePlan plan = plan("mine");

    assertThat(plan.removals().stream().map(Removal::topic))
        .containsExactly("prompts", "teacher-logits", "teacher-logits.dlq");
    assertThat(plan.removals())
        .allSatisfy(
            removal -> {
              assertThat(removal.means()).isEqualTo(Means.TOMBSTONE);
              assertThat(removal.goneByMs()).isEqualTo(NOW_MS + 1000);
            });
    assertThat(plan.removals().stream().map(Removal::key))
        .containsExactly("mine", "mine/0/" + REVISION, "mine/0/" + REVISION);
    assertThat(plan.passOver().stream().map(Object::toString)).containsExactly("0@0");
    assertThat(plan.notYetScored()).isEmpty();
    assertThat(plan.trained()).isEmpty();
  }

  @Test
  void whereOnlyTimeRemovesTheDatesAreTold() {
    scored("mine");
    topics.put("prompts", BY_TIME);
    topics.put(
        "teacher-logits",
        new TopicRemoval(false, OptionalLong.empty(), OptionalLong.empty(), 50, Map.of()));

    ErasurePlan plan = plan("mine");

    long appendedMs = IndexInMemory.APPENDED_AT.toEpochMilli();
    assertThat(plan.removals().get(0).means()).isEqualTo(Means.RETENTION);
    assertThat(plan.removals().get(0).goneAfterMs()).isEqualTo(appendedMs + 700);
    assertThat(plan.removals().get(0).goneByMs()).isEqualTo(appendedMs + 700 + 50);
    assertThat(plan.removals().get(1).means()).isEqualTo(Means.NOTHING);
    assertThat(plan.tombstones()).isEmpty();
  }

  @Test
  void whatIsErasedOrGoneIsNotErasedAgain() {
    scored("mine");
    index.write("prompts", "mine", null);
    topics.put(
        "teacher-logits",
        new TopicRemoval(true, OptionalLong.empty(), OptionalLong.empty(), 50, Map.of(0, 1L)));

    assertThat(plan("mine").removals().stream().map(Removal::means))
        .containsExactly(Means.ERASED, Means.GONE);
  }

  @Test
  void aPromptThatATeacherMayStillScoreIsToldOf() {
    index.write(Samples.prompt("mine", null, false));

    assertThat(plan("mine").notYetScored()).containsExactly("mine");
  }

  @Test
  void unknownPromptsAreToldApart() {
    scored("mine");

    ErasurePlan plan = plan("mine", "other", "mine");

    assertThat(plan.prompts()).containsExactly("mine");
    assertThat(plan.unknown()).containsExactly("other");
  }

  @Test
  void checkpointsDescendThroughParentsButNotThroughARollback() {
    scored("mine");
    index.write(manifest("run", 0, null));
    index.write(manifest("run", 1, 0L));
    trainedIn("run", 2);
    index.write(manifest("run", 2, 1L));
    index.write(manifest("run", 3, 2L));
    index.write(Samples.rollback("run", 4, 1, 1));
    index.write(manifest("run", 4, 3L));
    index.write(manifest("run", 5, 4L));

    TrainedCheckpoints run = plan("mine").trained().get(0);

    assertThat(run.checkpoints()).containsExactly("run/2", "run/3");
    assertThat(run.newestWithout()).isEqualTo("run/5");
    assertThat(run.kept()).isEqualTo(2);
  }

  @Test
  void aStepThatARollbackDiscardedDoesNotCountAndOneAfterItDoes() {
    scored("mine");
    index.write(manifest("run", 0, null));
    trainedIn("run", 1);
    index.write(Samples.rollback("run", 1, 1, 0));
    index.write(manifest("run", 1, 0L));
    index.write(Samples.step("late", 1, 2, 1, List.of(Samples.range(logits, 0, 0, 0, 1, 0))));
    index.write(Samples.rollback("late", 1, 1, 0));
    index.write(manifest("late", 0, null));
    index.write(manifest("late", 1, 0L));

    Map<String, List<String>> trained =
        plan("mine").trained().stream()
            .collect(Collectors.toMap(TrainedCheckpoints::run, TrainedCheckpoints::checkpoints));

    assertThat(trained).containsEntry("run", List.of()).containsEntry("late", List.of("late/1"));
  }

  @Test
  void runsThatBeganWithTrainedWeightsInheritIt() {
    scored("mine");
    index.write(manifest("run", 0, null));
    trainedIn("run", 1);
    index.write(manifest("run", 1, 0L));
    index.write(Samples.manifest("second", 0, null, "run-1"));
    index.write(Samples.manifest("second", 1, 0L, "second-1"));
    index.write(Samples.manifest("third", 0, null, "second-1"));
    index.write(Samples.manifest("clean", 0, null, "run-0"));

    assertThat(plan("mine").trained().stream().flatMap(run -> run.checkpoints().stream()))
        .containsExactly("run/1", "second/0", "second/1", "third/0");
  }

  @Test
  void aCheckpointWhoseManifestIsGoneIsNotKept() {
    scored("mine");
    index.write(manifest("run", 0, null));
    trainedIn("run", 1);
    index.write(manifest("run", 1, 0L));
    index.write("checkpoints", "run/1", null);

    TrainedCheckpoints run = plan("mine").trained().get(0);

    assertThat(run.checkpoints()).containsExactly("run/1");
    assertThat(run.kept()).isZero();
  }

  private void scored(String prompt) {
    index.write(Samples.prompt(prompt, "alice", false));
    index.write(Topic.TEACHER_LOGITS, Samples.window(prompt, 0, 1, REVISION, "alice"));
  }

  private void trainedIn(String run, long sequence) {
    index.write(Samples.step(run, sequence, 0, 1, List.of(Samples.range(logits, 0, 0, 0, 1, 0))));
  }

  private static CheckpointManifest manifest(String run, long sequence, @Nullable Long parent) {
    return Samples.manifest(run, sequence, parent, run + "-" + sequence);
  }

  private ErasurePlan plan(String... prompts) {
    return new ErasurePlanner(
            index.view(), "", topics, Clock.fixed(Instant.ofEpochMilli(NOW_MS), ZoneOffset.UTC))
        .plan(List.of(prompts));
  }
}
