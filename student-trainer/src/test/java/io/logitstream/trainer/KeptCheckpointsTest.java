package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.checkpoints.LedgerReader;
import io.logitstream.checkpoints.Lineage;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.health.Health;
import io.logitstream.platform.kafka.ClientSource;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.lifecycle.Execution;
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.recovery.TorchCompute;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a run keeps of its checkpoints, and what it does when one of them is damaged. */
class KeptCheckpointsTest {
  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      teacher.sampled(41);
    }
  }

  @Test
  @Tag("long")
  void aRunLetsItsOldCheckpointsGoAndGoesOn() throws Exception {
    trainers.train("whole");
    trainers
        .with("checkpoint.every-steps", "1")
        .with("checkpoint.keep", "3")
        .with("checkpoint.sweep-every", "0s");
    trainers.with("train.max-steps", "7").train("run");
    trainers.with("train.max-steps", "0").train("run");

    assertThat(trainers.manifests("run"))
        .filteredOn(manifest -> !manifest.getExpired())
        .hasSizeLessThanOrEqualTo(3);
    assertThat(TrainerFixture.weightsSha256(trainers.newest("run")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("whole")));
    assertThat(verify(1)).startsWith("EXPIRED checkpoint run/1 has expired");
    long newest = trainers.newest("run").getSequence();
    assertThat(verify(newest)).isEqualTo("PROVEN ");
    // Of the ledger, nothing goes.
    assertThat(lineage(trainers.newest("run")).steps()).isEqualTo(11);
  }

  @Test
  @Tag("long")
  void aTimeOfDayThatIsSetBackExpiresNothingAndChangesNoWeight() throws Exception {
    trainers.train("steady");
    trainers.with("checkpoint.keep-for", "1h").with("checkpoint.sweep-every", "0s");
    AtomicLong looks = new AtomicLong();
    Execution setBack =
        Execution.at(() -> Instant.now().minus(Duration.ofDays(looks.getAndIncrement())));
    TrainerPorts ports = new TrainerPorts(ClientSource.network(), setBack, TorchCompute::start);
    trainers.trainer("run", new TrainerProgress(), new Health(), ports).run(new StopSignal());

    assertThat(trainers.manifests("run"))
        .hasSameSizeAs(trainers.manifests("steady"))
        .noneMatch(CheckpointManifest::getExpired);
    assertThat(TrainerFixture.weightsSha256(trainers.newest("run")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("steady")));
  }

  @Test
  @Tag("long")
  void aDamagedCheckpointIsGoneRoundAndTheWeightsAreThoseOfAnUndisturbedRun() throws Exception {
    trainers.train("undisturbed");
    trainers.with("train.max-steps", "6").train("run");
    CheckpointManifest damaged = trainers.newest("run");
    damaged.getArtifacts().get(1).setSha256("00");
    rewrite(damaged);

    trainers.with("train.max-steps", "0").train("run");

    CheckpointManifest newest = trainers.newest("run");
    assertThat(TrainerFixture.weightsSha256(newest))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("undisturbed")));
    assertThat(newest.getTrainedRecords()).isEqualTo(41);
    assertThat(trainers.ledger("run"))
        .filteredOn(entry -> entry.getKind() == LedgerKind.ROLLBACK)
        .singleElement()
        .satisfies(
            entry -> {
              assertThat(entry.getRollback().getToSequence()).isEqualTo(1);
              assertThat(entry.getRollback().getPositionsToo()).isTrue();
              assertThat(entry.getRollback().getReason()).contains("moments of run/2");
            });
    assertThat(trainers.manifests("run").get(3).getParentSequence()).isEqualTo(1);
    assertThat(verify(3)).isEqualTo("PROVEN ");
    assertThat(verify(2)).startsWith("REFUTED");
    assertThat(lineage(newest).steps()).isEqualTo(newest.getStep());
  }

  @Test
  void aStepThatMemoryDoesNotSufficeForEndsTheTrainerAndTheNewestCheckpointStands()
      throws Exception {
    trainUntilMemoryIsShort("run");
    assertThat(trainers.newest("run").getStep()).isEqualTo(3);
  }

  @Test
  @Tag("long")
  void aRunThatLackedMemoryGoesOnWhereThereIsSomeToTheWeightsOfAnUndisturbedRun() throws Exception {
    trainers.train("whole");
    trainUntilMemoryIsShort("run");
    trainers.train("run");
    assertThat(TrainerFixture.weightsSha256(trainers.newest("run")))
        .isEqualTo(TrainerFixture.weightsSha256(trainers.newest("whole")));
  }

  /** Memory does not suffice for step 5. */
  private void trainUntilMemoryIsShort(String run) {
    TrainerPorts ports =
        new TrainerPorts(
            ClientSource.network(),
            Execution.system(),
            settings -> new InsatiableCompute(TorchCompute.start(settings), 5));
    assertThatThrownBy(
            () ->
                trainers
                    .trainer(run, new TrainerProgress(), new Health(), ports)
                    .run(new StopSignal()))
        .isInstanceOfSatisfying(
            LogitstreamException.class,
            failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FATAL))
        .hasMessageContaining("could not take a step: the model asked for more memory")
        .hasMessageContaining("Lower train.micro-batch-tokens (4096)");
  }

  private Lineage lineage(CheckpointManifest manifest) {
    try (LedgerReader ledger = new LedgerReader(pipeline.clients())) {
      return Lineage.of(manifest, ledger);
    }
  }

  private String verify(long sequence) throws Exception {
    try (CheckpointVerifier verifier = new CheckpointVerifier(pipeline.settings())) {
      Verification verification =
          verifier.verify(new CheckpointId("run", sequence), Optional.empty());
      return verification.answer() + " " + verification.where();
    }
  }

  private void rewrite(CheckpointManifest manifest) throws Exception {
    String name = pipeline.topic(Topic.CHECKPOINTS);
    try (Producer<String, byte[]> producer = pipeline.clients().producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(pipeline.settings())) {
      int partition =
          PromptPartitioner.partition(manifest.getRun(), producer.partitionsFor(name).size());
      producer
          .send(
              new ProducerRecord<>(
                  name,
                  partition,
                  RecordKeys.checkpoint(manifest.getRun(), manifest.getSequence()),
                  serializer.serialize(name, manifest)))
          .get();
    }
  }
}
