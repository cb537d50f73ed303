package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.embedded.EmbeddedKafka;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LossAcceptedEntry;
import io.logitstream.schemas.PartitionPosition;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CutLog;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run does where an election has put other records in place of what it has trained on. */
class CutLogitsTest {
  @TempDir Path directory;

  @Test
  void recordsThatTookThePlaceOfTrainedOnesStopTheRunUntilThatIsAccepted() throws Exception {
    Path data = directory.resolve("broker");
    Path model = TinyModel.write(directory.resolve("model"));
    long cut;
    try (EmbeddedKafka server = EmbeddedKafka.on(data)) {
      TestPipeline pipeline = pipeline(server);
      TrainerFixture trainers = new TrainerFixture(pipeline, model);
      write(pipeline, 12);
      trainers.train("run");
      cut = nextOffset(trainers);
      write(pipeline, 12);
      trainers.train("run");
      assertThat(nextOffset(trainers)).isGreaterThan(cut);
    }
    CutLog.at(data, Topic.TEACHER_LOGITS.named(""), 0, cut);

    try (EmbeddedKafka server = EmbeddedKafka.on(data)) {
      TestPipeline pipeline = pipeline(server);
      TrainerFixture trainers = new TrainerFixture(pipeline, model);
      long trained = trainers.newest("run").getTrainedRecords();
      long stood = nextOffset(trainers);
      long accepted = trainers.newest("run").getSequence();
      // Past the old end: beginning and end tell nothing.
      write(pipeline, 40);

      assertThatThrownBy(() -> trainers.train("run"))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.CONFIGURATION))
          .hasMessageContaining(
              "teacher-logits-0: the run stands at offset %d and other records begin at %d: offsets %d to %d"
                  .formatted(stood, cut, cut, stood - 1))
          .hasMessageContaining("--accept-loss");
      trainers.with("train.accept-loss", "true").train("run");

      LossAcceptedEntry loss =
          trainers.ledger("run").stream()
              .map(LedgerEntry::getLossAccepted)
              .filter(Objects::nonNull)
              .reduce((one, other) -> fail())
              .orElseThrow();
      assertThat(loss.getFromOffset()).isEqualTo(cut);
      assertThat(loss.getToOffset()).isEqualTo(stood);
      assertThat(loss.getNextOffset()).isEqualTo(cut);
      assertThat(trainers.newest("run").getTrainedRecords()).isEqualTo(trained + 40);
      long newest = trainers.newest("run").getSequence();
      assertThat(verify(pipeline, newest, accepted)).isEqualTo("PROVEN ");
      assertThat(verify(pipeline, newest, 0)).startsWith("EXPIRED").contains("was cut off");
    }
  }

  private static LossAcceptedEntry fail() {
    throw new AssertionError("one loss, expected no other");
  }

  private static long nextOffset(TrainerFixture trainers) {
    PartitionPosition position = trainers.newest("run").getCursors().get(0).getPositions().get(0);
    assertThat(position.getPartition()).isZero();
    return position.getNextOffset();
  }

  private static void write(TestPipeline pipeline, int records) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(records);
    }
  }

  private static String verify(TestPipeline pipeline, long sequence, long from) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(
              new CheckpointId("run", sequence), Optional.of(new CheckpointId("run", from)));
      return verification.answer() + " " + verification.where();
    }
  }

  private static TestPipeline pipeline(EmbeddedKafka server) {
    return new TestPipeline(server.bootstrapServers(), server.registryUrl(), "");
  }
}
