package io.logitstream.checkpoints;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.logitstream.embedded.EmbeddedBroker;
import io.logitstream.embedded.EmbeddedBrokerSettings;
import io.logitstream.embedded.EmbeddedRegistry;
import io.logitstream.platform.FailureKind;
import io.logitstream.platform.LogitstreamException;
import io.logitstream.platform.kafka.KafkaClients;
import io.logitstream.platform.kafka.KafkaSettings;
import io.logitstream.platform.kafka.Topics;
import io.logitstream.platform.registry.RecordSerializer;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointChunk;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.ChunkRange;
import io.logitstream.schemas.IncarnationStartedEntry;
import io.logitstream.schemas.LedgerEntry;
import io.logitstream.schemas.LedgerKind;
import io.logitstream.schemas.SkipEntry;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

class CheckpointsTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  @TempDir static Path directory;

  private static EmbeddedBroker broker;
  private static EmbeddedRegistry registry;
  private static KafkaClients clients;

  private String run = "run";

  @BeforeAll
  static void startBroker() {
    broker = EmbeddedBroker.start(new EmbeddedBrokerSettings(directory, 0));
    registry = EmbeddedRegistry.start(broker.bootstrapServers(), 0);
    clients =
        new KafkaClients(
            new KafkaSettings(broker.bootstrapServers(), registry.url(), "", true, Map.of()),
            "test");
    try (Admin admin = clients.admin()) {
      Topics.create(admin, Topic.pipeline("", 1, (short) 1));
    }
  }

  @AfterAll
  static void stopBroker() {
    registry.close();
    broker.close();
  }

  @BeforeEach
  void nameRun(TestInfo test) {
    run = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void anArtifactOfManyChunksComesBackAsItWas() throws Exception {
    byte[] bytes = random(2 * ChunkUploader.MAX_CHUNK_BYTES + 17);
    Artifact artifact = upload("weights", bytes);

    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      reader.read(manifest(0, List.of(artifact), 0), "weights", out);
    }

    assertThat(out.toByteArray()).isEqualTo(bytes);
    assertThat(artifact.getChunks().get(0).getCount()).isEqualTo(3);
  }

  @Test
  void anEmptyArtifactIsOneToo() {
    Artifact artifact = upload("empty", new byte[0]);

    assertThat(read(artifact)).isEmpty();
  }

  @Test
  void uploadsOfTwoArtifactsAtOnceDoNotMixTheirChunks() {
    byte[] first = random(ChunkUploader.MAX_CHUNK_BYTES + 1);
    byte[] second = random(3 * ChunkUploader.MAX_CHUNK_BYTES);
    CompletableFuture<Artifact> one = CompletableFuture.supplyAsync(() -> upload(1, first));
    CompletableFuture<Artifact> two = CompletableFuture.supplyAsync(() -> upload(2, second));

    assertThat(read(one.join())).isEqualTo(first);
    assertThat(read(two.join())).isEqualTo(second);
  }

  @Test
  void aStreamThatEndsEarlyIsNoArtifact() {
    try (ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      assertThatThrownBy(
              () -> uploader.upload("weights", new ByteArrayInputStream(new byte[10]), 11))
          .isInstanceOf(EOFException.class)
          .hasMessageContaining("1 bytes early");
    }
  }

  @Test
  void aDamagedChunkIsNamed() {
    assertThatThrownBy(() -> read(forged(chunk(0, 2, 7), changed(chunk(1, 2, 7)))))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("chunk 1 has CRC-32C");
  }

  @Test
  void aMissingChunkIsNamed() {
    assertThatThrownBy(() -> read(forged(chunk(0, 3, 7), chunk(2, 3, 7))))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("chunk 1 is missing");
    assertThatThrownBy(() -> read(forged(chunk(0, 3, 7), chunk(1, 3, 7))))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("chunk 2 of 3 is missing");
  }

  @Test
  void aDoubledChunkIsNamed() {
    assertThatThrownBy(() -> read(forged(chunk(0, 2, 7), chunk(0, 2, 7), chunk(1, 2, 7))))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("chunk 0 again");
  }

  @Test
  void chunksInAnotherOrderAreNamed() {
    assertThatThrownBy(() -> read(forged(chunk(1, 2, 7), chunk(0, 2, 7))))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("chunk 0 is missing or later");
  }

  @Test
  void bytesThatAreNotThoseOfTheManifestAreNamed() {
    Artifact artifact = upload("weights", random(100));

    assertThatThrownBy(() -> read(Artifact.newBuilder(artifact).setSha256("00").build()))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("SHA-256");
    assertThatThrownBy(() -> read(Artifact.newBuilder(artifact).setLength(101).build()))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("has 100 bytes, expected 101");
    assertThatThrownBy(() -> read(Artifact.newBuilder(artifact).setLength(99).build()))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("more than the 99 bytes");
  }

  @Test
  void chunksThatAreGoneAreNamed() {
    Artifact artifact = upload("weights", random(100));
    ChunkRange beyond = new ChunkRange(0, 1_000_000_000L, 1_000_000_000L, 1);

    assertThatThrownBy(() -> read(Artifact.newBuilder(artifact).setChunks(List.of(beyond)).build()))
        .isInstanceOf(DamagedCheckpointException.class)
        .hasMessageContaining("are not there");
  }

  @Test
  void theNewestCheckpointIsTheOneWithTheHighestSequence() {
    try (CheckpointCommitter committer = committer();
        CheckpointReader reader = new CheckpointReader(clients)) {
      assertThat(reader.newest(run)).isEmpty();
      committer.initialise();
      committer.commit(manifest(0, List.of(), 0), List.of(), List.of());
      committer.commit(manifest(1, List.of(), 1), List.of(entry(1, 0)), List.of());
      committer.commit(manifest(2, List.of(), 0), List.of(), List.of());

      assertThat(reader.newest(run)).map(CheckpointManifest::getSequence).contains(2L);
      assertThat(reader.get(new CheckpointId(run, 1)).getLedgerEntries()).isEqualTo(1);
      assertThat(reader.list(run)).hasSize(3);
      assertThat(reader.list()).hasSizeGreaterThanOrEqualTo(3);
      assertThatThrownBy(() -> reader.get(new CheckpointId(run, 9)))
          .isInstanceOf(LogitstreamException.class)
          .hasMessageContaining(run + "/9");
    }
  }

  @Test
  void aRunIsNotTakenForAnotherWhoseNameItBeginsWith() {
    try (CheckpointCommitter committer = committer();
        CheckpointReader reader = new CheckpointReader(clients)) {
      committer.initialise();
      committer.commit(manifest(0, List.of(), 0), List.of(), List.of());

      assertThat(reader.list(run.substring(0, 5))).isEmpty();
    }
  }

  @Test
  void aTransactionThatIsAbandonedLeavesNothingToBeSeen() {
    try (Producer<String, byte[]> dying = clients.transactionalProducer(run, TIMEOUT, Map.of());
        RecordSerializer serializer = new RecordSerializer(clients.settings());
        CheckpointReader reader = new CheckpointReader(clients);
        LedgerReader ledger = new LedgerReader(clients);
        CheckpointCommitter successor = committer()) {
      dying.initTransactions();
      dying.beginTransaction();
      dying.send(
          new ProducerRecord<>(
              "checkpoints",
              RecordKeys.checkpoint(run, 0),
              serializer.serialize("checkpoints", manifest(0, List.of(), 1))));
      dying.send(
          new ProducerRecord<>(
              "training-ledger",
              RecordKeys.ledgerEntry(run, 0, 0),
              serializer.serialize("training-ledger", entry(0, 0))));
      dying.flush();
      successor.initialise();

      assertThat(reader.newest(run)).isEmpty();
      assertThat(ledger.entries(run)).isEmpty();
    }
  }

  @Test
  void anOpenTransactionOfAnotherRunIsWaitedFor() throws Exception {
    try (Producer<String, byte[]> other =
            clients.transactionalProducer(run + "-other", Duration.ofMinutes(1), Map.of());
        CheckpointCommitter committer = committer();
        CheckpointReader reader = new CheckpointReader(clients)) {
      other.initTransactions();
      other.beginTransaction();
      other.send(new ProducerRecord<>("checkpoints", run + "-other/0", new byte[] {0})).get();
      committer.initialise();
      committer.commit(manifest(0, List.of(), 0), List.of(), List.of());
      CompletableFuture<Boolean> found =
          CompletableFuture.supplyAsync(() -> reader.newest(run).isPresent());
      assertThatThrownBy(() -> found.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);

      other.abortTransaction();

      assertThat(found.get()).isTrue();
    }
  }

  @Test
  void aSuccessorFencesTheWriterBeforeIt() {
    try (CheckpointCommitter first = committer();
        CheckpointCommitter second = committer();
        CheckpointReader reader = new CheckpointReader(clients)) {
      first.initialise();
      first.commit(manifest(0, List.of(), 0), List.of(), List.of());
      second.initialise();

      assertThatThrownBy(() -> first.commit(manifest(1, List.of(), 0), List.of(), List.of()))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED));
      assertThat(reader.newest(run)).map(CheckpointManifest::getSequence).contains(0L);
      second.commit(manifest(1, List.of(), 0), List.of(), List.of());
      assertThat(reader.newest(run)).map(CheckpointManifest::getSequence).contains(1L);
    }
  }

  @Test
  void startsAndEntriesAreReadInTheOrderOfTheirCommits() {
    try (CheckpointCommitter committer = committer();
        LedgerReader ledger = new LedgerReader(clients)) {
      committer.initialise();
      committer.commitStart(
          LedgerEntry.newBuilder(entry(0, 0))
              .setKind(LedgerKind.INCARNATION_STARTED)
              .setSkip(null)
              .setIncarnationStarted(new IncarnationStartedEntry(0L, "test", Map.of()))
              .build());
      committer.commit(manifest(1, List.of(), 2), List.of(entry(1, 0), entry(1, 1)), List.of());

      assertThat(ledger.entries(run))
          .extracting(LedgerEntry::getKind)
          .containsExactly(LedgerKind.INCARNATION_STARTED, LedgerKind.SKIP, LedgerKind.SKIP);
    }
  }

  @Test
  void anEntryOfAnUnknownKindStopsTheReader() {
    try (CheckpointCommitter committer = committer();
        LedgerReader ledger = new LedgerReader(clients)) {
      committer.initialise();
      committer.commit(
          manifest(1, List.of(), 1),
          List.of(
              LedgerEntry.newBuilder(entry(1, 0))
                  .setKind(LedgerKind.UNKNOWN)
                  .setSkip(null)
                  .build()),
          List.of());

      assertThatThrownBy(() -> ledger.entries(run))
          .isInstanceOf(LogitstreamException.class)
          .hasMessageContaining("newer build");
    }
  }

  private CheckpointCommitter committer() {
    return new CheckpointCommitter(clients, run, TIMEOUT);
  }

  private Artifact upload(String name, byte[] bytes) {
    try (ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      return uploader.upload(name, bytes);
    }
  }

  private Artifact upload(long incarnation, byte[] bytes) {
    try (ChunkUploader uploader = new ChunkUploader(clients, run, incarnation)) {
      return uploader.upload("weights", bytes);
    }
  }

  private byte[] read(Artifact artifact) {
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      return reader.read(manifest(0, List.of(artifact), 0), artifact.getName());
    }
  }

  /** Writes chunks as they are given, and says that they are an artifact. */
  private Artifact forged(CheckpointChunk... chunks) throws Exception {
    List<Long> offsets = new ArrayList<>();
    long incarnation = System.nanoTime();
    try (Producer<String, byte[]> producer = clients.producer(Map.of());
        RecordSerializer serializer = new RecordSerializer(clients.settings())) {
      for (CheckpointChunk chunk : chunks) {
        chunk.setIncarnation(incarnation);
        offsets.add(
            producer
                .send(
                    new ProducerRecord<>(
                        "checkpoint-chunks",
                        0,
                        RecordKeys.checkpointChunk(run, incarnation, "1", chunk.getIndex()),
                        serializer.serialize("checkpoint-chunks", chunk)))
                .get()
                .offset());
      }
    }
    int count = chunks[0].getCount();
    return Artifact.newBuilder()
        .setName("weights")
        .setLength(4L * count)
        .setSha256("00")
        .setUpload("1")
        .setIncarnation(incarnation)
        .setChunks(
            List.of(new ChunkRange(0, offsets.get(0), offsets.get(offsets.size() - 1), count)))
        .build();
  }

  private CheckpointChunk chunk(int index, int count, int content) {
    byte[] bytes = {(byte) content, 0, 0, (byte) index};
    return CheckpointChunk.newBuilder()
        .setRun(run)
        .setIncarnation(1)
        .setUpload("1")
        .setArtifact("weights")
        .setIndex(index)
        .setCount(count)
        .setCrc32c(Digests.crc32c(bytes))
        .setBytes(ByteBuffer.wrap(bytes))
        .build();
  }

  private static CheckpointChunk changed(CheckpointChunk chunk) {
    byte[] bytes = chunk.getBytes().array().clone();
    bytes[1] ^= 1;
    return CheckpointChunk.newBuilder(chunk).setBytes(ByteBuffer.wrap(bytes)).build();
  }

  private LedgerEntry entry(long sequence, int index) {
    return LedgerEntry.newBuilder()
        .setRun(run)
        .setSequence(sequence)
        .setIndex(index)
        .setIncarnation(1)
        .setWrittenAt(Instant.EPOCH)
        .setKind(LedgerKind.SKIP)
        .setSkip(new SkipEntry("live", "id", 0, 0L, "malformed", "test"))
        .build();
  }

  private CheckpointManifest manifest(long sequence, List<Artifact> artifacts, int entries) {
    return Manifests.of(run, sequence, artifacts).setLedgerEntries(entries).build();
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }
}
