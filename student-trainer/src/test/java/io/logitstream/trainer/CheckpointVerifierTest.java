package io.logitstream.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import io.logitstream.checkpoints.CheckpointId;
import io.logitstream.platform.kafka.PromptPartitioner;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ComputeEnvironment;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.OffsetRange;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.trainer.verification.CheckpointVerifier;
import io.logitstream.trainer.verification.Verification;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointVerifierTest {
  @TempDir Path directory;

  private TestPipeline pipeline;
  private TrainerFixture trainers;
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void start() throws Exception {
    pipeline = new TestPipeline();
    trainers = new TrainerFixture(pipeline, TinyModel.write(directory.resolve("model")));
  }

  @Test
  void everyCheckpointOfARunWithStopsSkipsAndSwitchesIsProven() throws Exception {
    write(
        teacher -> {
          teacher.sampled(9);
          teacher.sampled(5, record -> record.getTeacher().setRevision("r0"));
          teacher.bytes(Topic.TEACHER_LOGITS, 0, new byte[] {1, 2, 3});
          teacher.sampled(20);
        });
    trainers.with("train.max-steps", "4").with("train.skip", "1@0").train("run");
    trainers.with("student.teachers", "synthetic@r1").with("train.max-steps", "0").train("run");
    write(teacher -> teacher.sampled(6));
    trainers.train("run");

    long last = trainers.newest("run").getSequence();
    assertThat(last).isGreaterThanOrEqualTo(4);
    assertThat(verify(0)).satisfies(is(Verification.Answer.PROVEN, ""));
    assertThat(verify(last)).satisfies(is(Verification.Answer.PROVEN, ""));
    // Compares every checkpoint on its way.
    Verification whole = verify(last, 0);
    assertThat(whole).satisfies(is(Verification.Answer.PROVEN, ""));
    assertThat(whole.steps()).isEqualTo(trainers.newest("run").getStep());
    assertThat(told)
        .hasSize((int) whole.steps())
        .startsWith("1/" + whole.steps())
        .endsWith(whole.steps() + "/" + whole.steps());
    assertThat(whole.records()).isEqualTo(trainers.newest("run").getTrainedRecords());
    assertThat(whole.tokens()).isEqualTo(trainers.newest("run").getTrainedTokens());
  }

  @Test
  void aManifestThatWasTamperedWithIsRefuted() throws Exception {
    train();
    CheckpointManifest honest = trainers.manifests("run").get(2);

    rewrite(changed(honest, manifest -> manifest.getArtifacts().get(0).setSha256("00")));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "artifact weights of run/2"));
    rewrite(changed(honest, manifest -> manifest.setTrainedTokens(7)));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "trained tokens 7"));
    rewrite(
        changed(
            honest,
            manifest -> manifest.getCursors().get(0).getPositions().get(1).setNextOffset(3)));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "positions"));
    rewrite(changed(honest, manifest -> manifest.getConfiguration().put("train.seed", "9")));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "configuration"));
  }

  @Test
  void weightsThatWereNotTrainedButFitTheirManifestAreRefuted() throws Exception {
    train();
    CheckpointManifest honest = trainers.manifests("run").get(2);
    // The bytes of another checkpoint, whole and with their own hash.
    Artifact other = trainers.manifests("run").get(1).getArtifacts().get(0);

    rewrite(changed(honest, manifest -> manifest.getArtifacts().set(0, other)));

    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "SHA-256 of weights"));
  }

  @Test
  void aChunkThatWasTamperedWithIsRefuted() throws Exception {
    train();
    CheckpointManifest honest = trainers.manifests("run").get(2);
    Artifact moments = honest.getArtifacts().get(1);
    long offset =
        send(
            Topic.CHECKPOINT_CHUNKS,
            moments.getChunks().get(0).getPartition(),
            RecordKeys.checkpointChunk("run", moments.getIncarnation(), moments.getUpload(), 0),
            CheckpointChunk.newBuilder()
                .setRun("run")
                .setIncarnation(moments.getIncarnation())
                .setUpload(moments.getUpload())
                .setArtifact("moments")
                .setIndex(0)
                .setCount(1)
                .setCrc32c(1)
                .setBytes(ByteBuffer.wrap(new byte[] {1}))
                .build());

    rewrite(
        changed(
            honest,
            manifest -> {
              manifest.getArtifacts().get(1).getChunks().get(0).setFirstOffset(offset);
              manifest.getArtifacts().get(1).getChunks().get(0).setLastOffset(offset);
            }));

    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "CRC-32C"));
  }

  @Test
  void aLedgerThatWasTamperedWithIsRefuted() throws Exception {
    train();
    LedgerEntry honest =
        trainers.ledger("run").stream()
            .filter(entry -> entry.getKind() == LedgerKind.STEP && entry.getSequence() == 2)
            .findFirst()
            .orElseThrow();

    rewrite(changedRange(honest, range -> range.setDigest("00")));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "step 4 of checkpoint run/2"));
    rewrite(changedRange(honest, range -> range.setFirstOffset(range.getFirstOffset() + 1)));
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "step 4 of checkpoint run/2"));
    LedgerEntry another = LedgerEntry.newBuilder(honest).setIndex(99).build();
    rewrite(honest);
    rewrite(another);
    assertThat(verify(2)).satisfies(is(Verification.Answer.REFUTED, "its manifest says"));
  }

  @Test
  void whatWasComputedElsewhereIsNeitherProvenNorRefuted() throws Exception {
    train();
    CheckpointManifest honest = trainers.manifests("run").get(2);

    rewrite(
        changed(
            honest,
            manifest ->
                manifest.setEnvironment(
                    ComputeEnvironment.newBuilder(honest.getEnvironment())
                        .setFingerprint("another")
                        .build())));

    assertThat(verify(2)).satisfies(is(Verification.Answer.OTHER_HARDWARE, "another"));
  }

  @Test
  void recordsOrBytesThatAreGoneHaveExpired() throws Exception {
    train();
    rewrite(changed(trainers.manifests("run").get(1), manifest -> manifest.setExpired(true)));

    assertThat(verify(2)).satisfies(is(Verification.Answer.EXPIRED, "run/1 has expired"));
    try (var admin = pipeline.clients().admin()) {
      TopicPartition first = new TopicPartition(pipeline.topic(Topic.TEACHER_LOGITS), 0);
      admin.deleteRecords(Map.of(first, RecordsToDelete.beforeOffset(-1))).all().get();
    }
    assertThat(verify(2, 0)).satisfies(is(Verification.Answer.EXPIRED, "begins at offset"));
  }

  private void train() throws Exception {
    write(teacher -> teacher.sampled(30));
    trainers.train("run");
  }

  private Verification verify(long sequence) throws Exception {
    return verify(sequence, Optional.empty());
  }

  private Verification verify(long sequence, long from) throws Exception {
    return verify(sequence, Optional.of(new CheckpointId("run", from)));
  }

  private Verification verify(long sequence, Optional<CheckpointId> from) throws Exception {
    told.clear();
    try (CheckpointVerifier verifier =
        new CheckpointVerifier(pipeline.settings(), (taken, all) -> told.add(taken + "/" + all))) {
      return verifier.verify(new CheckpointId("run", sequence), from);
    }
  }

  private static Consumer<Verification> is(Verification.Answer answer, String where) {
    return verification -> {
      assertThat(verification.answer()).as(verification.where()).isEqualTo(answer);
      assertThat(verification.where()).contains(where);
    };
  }

  private static CheckpointManifest changed(
      CheckpointManifest manifest, Consumer<CheckpointManifest> change) {
    CheckpointManifest copy = CheckpointManifest.newBuilder(manifest).build();
    change.accept(copy);
    return copy;
  }

  private static LedgerEntry changedRange(LedgerEntry entry, Consumer<OffsetRange> change) {
    LedgerEntry copy = LedgerEntry.newBuilder(entry).build();
    List<OffsetRange> ranges = new ArrayList<>(copy.getStep().getRanges());
    change.accept(ranges.get(0));
    return copy;
  }

  private void rewrite(CheckpointManifest manifest) throws Exception {
    send(Topic.CHECKPOINTS, 0, RecordKeys.checkpoint("run", manifest.getSequence()), manifest);
  }

  private void rewrite(LedgerEntry entry) throws Exception {
    send(
        Topic.TRAINING_LEDGER,
        0,
        RecordKeys.ledgerEntry("run", entry.getSequence(), entry.getIndex()),
        entry);
  }

  private long send(Topic topic, int partition, String key, SpecificRecord record)
      throws Exception {
    String name = pipeline.topic(topic);
    try (Producer<String, byte[]> producer = pipeline.clients().producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(pipeline.settings())) {
      int partitions = producer.partitionsFor(name).size();
      int chosen =
          topic == Topic.CHECKPOINT_CHUNKS
              ? partition
              : PromptPartitioner.partition("run", partitions);
      return producer
          .send(new ProducerRecord<>(name, chosen, key, serializer.serialize(name, record)))
          .get()
          .offset();
    }
  }

  private void write(Consumer<SyntheticTeacher> writing) {
    try (SyntheticTeacher teacher = new SyntheticTeacher(pipeline)) {
      writing.accept(teacher);
    }
  }
}
