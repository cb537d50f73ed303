package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.Lineage;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.RehearsalRange;
import io.logitstream.schemas.RehearsalWindow;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RehearsalTest {
  private static final int STEP_RECORDS = 4;

  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers =
        new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")))
            .with("rehearsal.share", "0.25")
            .with("rehearsal.refresh-steps", "5");
  }

  @Test
  void aRunThatWasInterruptedRehearsesAsAnUndisturbedOneAndIsProven() throws Exception {
    write("java", 50);
    write("scala", 10);
    trainers.with("rehearsal.draw", "domains").train("undisturbed");
    for (String steps : List.of("7", "0")) {
      trainers.with("train.max-steps", steps).train("disturbed");
    }

    CheckpointManifest newest = trainers.newest("disturbed");
    assertThat(TrainerFixture.weightsSha256(newest))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("undisturbed")));
    assertThat(newest.getRehearsal()).isEqualTo(trainers.newest("undisturbed").getRehearsal());
    assertThat(newest.getRehearsal().getDomains()).containsExactly("java", "scala");
    assertThat(steps("disturbed")).isEqualTo(steps("undisturbed"));
    everyLiveRecordOnceAndTheShareOfOlderOnes("disturbed", 60);
    Verification verification = verify("disturbed", newest.getSequence(), 0);
    assertThat(verification.where()).isEmpty();
    assertThat(verification.answer()).isEqualTo(Verification.Answer.PROVEN);
    assertThat(verification.steps()).isEqualTo(newest.getStep());
    lineageTellsTheRehearsedApart(newest);
  }

  @Test
  @Tag("long")
  void retentionThatReachesTheWindowMovesItAtTheNextStart() throws Exception {
    write("java", 40);
    trainers.train("run");
    removeBefore(4);
    write("java", 20);

    trainers.train("run");

    List<RehearsalWindow> windows =
        entries("run").map(LedgerEntry::getRehearsalWindow).flatMap(Stream::ofNullable).toList();
    assertThat(windows.get(windows.size() - 1).getRanges())
        .allSatisfy(range -> assertThat(range.getFromOffset()).isGreaterThanOrEqualTo(4));
    long moved = windows.stream().filter(window -> from(window) >= 4).count();
    assertThat(moved).as("one at the start, those of fixed steps after it").isGreaterThan(1);
    CheckpointManifest newest = trainers.newest("run");
    long before =
        trainers.manifests("run").stream()
            .filter(manifest -> manifest.getIncarnation() == 1)
            .mapToLong(CheckpointManifest::getSequence)
            .max()
            .orElseThrow();
    assertThat(verify("run", newest.getSequence(), before).answer())
        .isEqualTo(Verification.Answer.PROVEN);
    assertThat(verify("run", newest.getSequence(), 0).answer())
        .isEqualTo(Verification.Answer.EXPIRED);
  }

  @Test
  @Tag("long")
  void rehearsalMayBeginAndEndWithinARun() throws Exception {
    write("java", 24);
    trainers.with("rehearsal.share", "0").train("run");
    write("java", 24);
    trainers.with("rehearsal.share", "0.5").train("run");
    write("java", 24);
    trainers.with("rehearsal.share", "0").train("run");

    CheckpointManifest newest = trainers.newest("run");
    assertThat(newest.getRehearsal()).isNull();
    assertThat(ranges("run", "rehearsal")).isNotEmpty();
    Verification verification = verify("run", newest.getSequence(), 0);
    assertThat(verification.where()).isEmpty();
    assertThat(verification.answer()).isEqualTo(Verification.Answer.PROVEN);
  }

  private void everyLiveRecordOnceAndTheShareOfOlderOnes(String run, int records) {
    List<OffsetRange> live = ranges(run, "live");
    assertThat(live.stream().mapToInt(OffsetRange::getCount).sum()).isEqualTo(records);
    List<OffsetRange> older = ranges(run, "rehearsal");
    assertThat(older).allSatisfy(range -> assertThat(range.getCount()).isEqualTo(1));
    // The first window is empty: until it moves on, steps are all of live records.
    long steps = trainers.newest(run).getStep();
    assertThat(older).hasSize((int) (steps - 5) * STEP_RECORDS / 4);
    assertThat(trainers.newest(run).getTrainedRecords()).isEqualTo(records + older.size());
  }

  private void lineageTellsTheRehearsedApart(CheckpointManifest newest) {
    Lineage lineage;
    try (LedgerReader ledger = new LedgerReader(pipeline.clients())) {
      lineage = Lineage.of(newest, ledger);
    }
    assertThat(records(lineage, "live")).isEqualTo(60);
    assertThat(records(lineage, "rehearsal")).isEqualTo(ranges("disturbed", "rehearsal").size());
  }

  private static long records(Lineage lineage, String cursor) {
    return lineage.spans().stream()
        .filter(span -> span.cursor().equals(cursor))
        .mapToLong(Lineage.Span::records)
        .sum();
  }

  private static long from(RehearsalWindow window) {
    return window.getRanges().stream().mapToLong(RehearsalRange::getFromOffset).min().orElse(0);
  }

  private List<String> steps(String run) {
    return entries(run)
        .filter(entry -> entry.getKind() == LedgerKind.STEP)
        .map(entry -> entry.getStep().toString())
        .toList();
  }

  private List<OffsetRange> ranges(String run, String cursor) {
    List<OffsetRange> ranges = new ArrayList<>();
    entries(run)
        .map(LedgerEntry::getStep)
        .flatMap(Stream::ofNullable)
        .forEach(step -> ranges.addAll(step.getRanges()));
    return ranges.stream().filter(range -> range.getCursor().equals(cursor)).toList();
  }

  private Stream<LedgerEntry> entries(String run) {
    return trainers.ledger(run).stream();
  }

  private Verification verify(String run, long sequence, long ancestor) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      return verifier.verify(
          new CheckpointId(run, sequence), Optional.of(new CheckpointId(run, ancestor)));
    }
  }

  private void write(String domain, int records) throws Exception {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(
          records,
          record -> {
            record.setDomain(domain);
            record.setPromptId(RecordKeys.promptId(domain, record.getPromptId()));
          });
    }
  }

  /** As retention does. */
  private void removeBefore(long offset) throws Exception {
    try (Admin admin = pipeline.clients().admin()) {
      for (int partition = 0; partition < TestPipeline.PARTITIONS; partition++) {
        admin
            .deleteRecords(
                Map.of(
                    new TopicPartition(pipeline.topic(Topic.TEACHER_LOGITS), partition),
                    RecordsToDelete.beforeOffset(offset)))
            .all()
            .get();
      }
    }
  }
}
