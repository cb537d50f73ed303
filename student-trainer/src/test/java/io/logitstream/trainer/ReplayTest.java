package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.Lineage;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.config.ConfigurationException;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.replay.LogPoint;
import io.logitstream.trainer.replay.Offsets;
import io.logitstream.trainer.replay.ReplayPlan;
import io.logitstream.trainer.replay.ReplayPlanner;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs that begin elsewhere in the log. */
class ReplayTest {
  private static final LogPoint NOW = new LogPoint.Now();

  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(30);
    }
    trainers.train("run");
  }

  @Test
  void aReplayFromACheckpointOverAFilledLogGivesTheSameBytes() throws Exception {
    trainers.with("train.from-checkpoint", "run/1").train("again");

    CheckpointManifest first = trainers.manifests("again").get(0);
    CheckpointManifest newest = trainers.newest("again");
    assertThat(first.getReplayOf()).isEqualTo("run/1");
    assertThat(first.getParentSequence()).isNull();
    assertThat(first.getStep()).isEqualTo(3);
    assertThat(first.getCursors()).isEqualTo(trainers.manifests("run").get(1).getCursors());
    assertThat(newest.getStep()).isEqualTo(8);
    assertThat(newest.getTrainedRecords()).isEqualTo(30);
    assertThat(TrainerFixture.weightsSha256(newest))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("run")));
    assertThat(verify("again", 0)).isEqualTo("PROVEN ");
    assertThat(verify("again", newest.getSequence())).isEqualTo("PROVEN ");
    Lineage lineage = lineage(newest);
    assertThat(lineage.steps()).isEqualTo(5);
    assertThat(lineage.replayOf()).isEqualTo("run/1");
  }

  @Test
  @Tag("long")
  void aReplayThatIsInterruptedGoesOnFromItsOwnCheckpoints() throws Exception {
    trainers.with("train.from-checkpoint", "run/1").with("train.max-steps", "5").train("again");
    trainers.with("train.max-steps", "0").train("again");

    assertThat(TrainerFixture.weightsSha256(trainers.newest("again")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("run")));
    assertThat(trainers.newest("again").getReplayOf()).isEqualTo("run/1");
  }

  @Test
  @Tag("long")
  void aReplayMayTrainOtherwiseAndEndBeforeTheLogDoes() throws Exception {
    Map<Integer, Long> until = new TreeMap<>();
    trainers
        .manifests("run")
        .get(2)
        .getCursors()
        .get(0)
        .getPositions()
        .forEach(position -> until.put(position.getPartition(), position.getNextOffset()));

    trainers
        .with("train.from-checkpoint", "run/1")
        .with("train.until", Offsets.text(until))
        .with("train.seed", "9")
        .with("loss.soft-weight", "0")
        .train("other");

    CheckpointManifest newest = trainers.newest("other");
    assertThat(newest.getTrainedRecords()).isEqualTo(24);
    assertThat(newest.getUntilOffsets())
        .as("where it was to end, for --resume")
        .hasSameSizeAs(until)
        .allSatisfy(
            (partition, offset) ->
                assertThat(offset).isEqualTo(until.get(Integer.valueOf(partition))));
    assertThat(newest.getCursors()).isEqualTo(trainers.manifests("run").get(2).getCursors());
    assertThat(TrainerFixture.weightsSha256(newest))
        .isNotEqualTo(TrainerFixture.weightsSha256(trainers.manifests("run").get(2)));
    assertThat(verify("other", newest.getSequence())).isEqualTo("PROVEN ");
  }

  @Test
  @Tag("long")
  void aReplayFromOffsetsBeginsWithTheStudent() throws Exception {
    trainers.with("train.from", "0@4,1@4,2@4").train("later");

    assertThat(trainers.newest("later").getTrainedRecords()).isEqualTo(30 - 3 * 4);
    assertThat(trainers.newest("later").getReplayOf()).isNull();
    assertThat(verify("later", trainers.newest("later").getSequence())).isEqualTo("PROVEN ");
  }

  @Test
  void thePlanSaysWhatWouldBeReadAndWhatLedgersKnowOfIt() {
    CheckpointManifest source = trainers.manifests("run").get(1);

    ReplayPlan plan = planner().plan(Optional.of(source), new LogPoint.Checkpoint("run/1"), NOW);

    assertThat(plan.source()).contains(new CheckpointId("run", 1));
    assertThat(plan.step()).isEqualTo(3);
    assertThat(plan.offsets()).isEqualTo(30 - 12);
    assertThat(plan.known()).contains(new ReplayPlan.Known("run", 5, 18, 18 * 12));
  }

  @Test
  void aTimeIsThePlaceWhereTheLogStoodThen() {
    Instant before = Instant.EPOCH;
    Instant after = Instant.now().plusSeconds(3600);

    assertThat(planner().plan(Optional.empty(), new LogPoint.Time(before), NOW).offsets())
        .isEqualTo(30);
    assertThatThrownBy(() -> planner().plan(Optional.empty(), new LogPoint.Time(after), NOW))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("nothing lies between");
  }

  @Test
  void whatIsNotInTheLogCannotBeReplayed() {
    assertThatThrownBy(
            () -> planner().plan(Optional.empty(), new LogPoint.At(Map.of(0, 900L)), NOW))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--from names offset 900 of partition 0, which has offsets 0 to");
    assertThatThrownBy(() -> planner().plan(Optional.empty(), new LogPoint.At(Map.of(7, 1L)), NOW))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("--from names partition 7");
    pipeline.empty(Topic.TEACHER_LOGITS);
    assertThatThrownBy(
            () ->
                planner()
                    .plan(
                        Optional.of(trainers.manifests("run").get(1)),
                        new LogPoint.Checkpoint("run/1"),
                        NOW))
        .isInstanceOf(LogitstreamException.class)
        .hasMessageContaining("are gone");
  }

  private ReplayPlanner planner() {
    return new ReplayPlanner(pipeline.clients());
  }

  private Lineage lineage(CheckpointManifest manifest) {
    try (LedgerReader ledger = new LedgerReader(pipeline.clients())) {
      return Lineage.of(manifest, ledger);
    }
  }

  private String verify(String run, long sequence) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(new CheckpointId(run, sequence), Optional.empty());
      return verification.answer() + " " + verification.where();
    }
  }
}
