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
import io.logitstream.platform.lifecycle.StopSignal;
import io.logitstream.schemas.Artifact;
import io.logitstream.schemas.CheckpointManifest;
import io.logitstream.schemas.Verdict;
import io.logitstream.schemas.topics.RecordKeys;
import io.logitstream.schemas.topics.Topic;
import io.logitstream.testkit.CommittedLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** Checkpoints that come and go under readers and followers. */
class CheckpointExpiryTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(20);
  private static final String CHUNKS = Topic.CHECKPOINT_CHUNKS.named("");

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
  void aRunOf200CheckpointsExpiresDownToItsLimitsUnderALivingReader() throws Exception {
    AtomicLong read = new AtomicLong();
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<Void> reading = CompletableFuture.runAsync(() -> readUntil(done, read));
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      committer.initialise();
      CheckpointSweeper sweeper = sweeper(committer, 5);
      for (long sequence = 0; sequence < 200; sequence++) {
        committer.commit(manifest(uploader, sequence).build(), List.of(), List.of());
        if (sequence % 10 == 9) {
          sweeper.sweep(Instant.EPOCH);
        }
      }
      sweeper.sweep(Instant.EPOCH);
    } finally {
      done.countDown();
    }
    reading.get(1, TimeUnit.MINUTES);

    assertThat(read).hasPositiveValue();
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      assertThat(reader.list(run))
          .extracting(CheckpointManifest::getSequence)
          .containsExactly(195L, 196L, 197L, 198L, 199L);
      assertThatThrownBy(() -> reader.get(new CheckpointId(run, 3)))
          .isInstanceOf(ExpiredCheckpointException.class)
          .hasMessageContaining(run + "/3 has expired");
    }
    // Compaction leaves what is not overwritten: the chunks of the five.
    assertThat(standingChunks()).hasSize(5);
  }

  @Test
  void anUploadThatLaterManifestsNameStaysAsLongAsOneOfThem() {
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1);
        ChunkUploader next = new ChunkUploader(clients, run, 2);
        CheckpointReader reader = new CheckpointReader(clients)) {
      committer.initialise();
      Artifact shared = uploader.upload("base", bytes(100));
      commitWith(shared, committer, uploader, 0, 1);
      commitWith(shared, committer, uploader, 1, 1);
      commitWith(shared, committer, next, 2, 2);
      commitWith(shared, committer, next, 3, 2);
      sweeper(committer, 2).sweep(Instant.EPOCH);
      sweeper(committer, 2).sweep(Instant.EPOCH);
      // Uploads of a start that died: the number of the shared one is not its own.
      next.upload("base", bytes(101));
      sweeper(committer, 2).sweepOrphans(reader.newest(run), 3);

      assertThat(standingChunks()).hasSize(3);
      for (CheckpointManifest manifest : reader.list(run)) {
        assertThat(reader.read(manifest, "base")).isEqualTo(bytes(100));
        assertThat(reader.read(manifest, "weights")).isEqualTo(bytes(manifest.getSequence()));
      }
    }
  }

  private void commitWith(
      Artifact shared,
      CheckpointCommitter committer,
      ChunkUploader uploader,
      long sequence,
      long incarnation) {
    CheckpointManifest manifest = manifest(uploader, sequence).setIncarnation(incarnation).build();
    List<Artifact> artifacts = new ArrayList<>(manifest.getArtifacts());
    artifacts.add(shared);
    manifest.setArtifacts(artifacts);
    committer.commit(manifest, List.of(), List.of());
  }

  @Test
  void aSweepThatWasInterruptedIsGoneOnWithByTheNext() {
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      committer.initialise();
      commit(committer, uploader, 4);

      assertThat(sweeper(committer, 2).sweep(Instant.EPOCH))
          .isEqualTo(new CheckpointSweeper.Swept(2, 0));
      assertThat(manifests())
          .extracting(CheckpointManifest::getExpired)
          .containsExactly(true, true, false, false);
      // Another incarnation, that has only the topics to go by.
      assertThat(sweeper(committer, 2).sweep(Instant.EPOCH))
          .isEqualTo(new CheckpointSweeper.Swept(0, 2));
      assertThat(manifests()).extracting(CheckpointManifest::getSequence).containsExactly(2L, 3L);
    }
  }

  @Test
  void theSweeperOfAFencedRunStops() {
    try (CheckpointCommitter zombie = committer();
        CheckpointCommitter successor = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      zombie.initialise();
      commit(zombie, uploader, 4);
      sweeper(zombie, 3).sweep(Instant.EPOCH);
      successor.initialise();

      assertThatThrownBy(() -> sweeper(zombie, 2).sweep(Instant.EPOCH))
          .isInstanceOfSatisfying(
              LogitstreamException.class,
              failure -> assertThat(failure.kind()).isEqualTo(FailureKind.FENCED));
      assertThat(manifests())
          .extracting(CheckpointManifest::getExpired)
          .containsExactly(true, false, false, false);
      assertThat(standingChunks()).hasSize(4);
    }
  }

  @Test
  void chunksThatAnOlderIncarnationNeverCommittedAreRemovedAndNoOthers() {
    try (CheckpointCommitter committer = committer();
        ChunkUploader first = new ChunkUploader(clients, run, 1);
        ChunkUploader second = new ChunkUploader(clients, run, 2);
        ChunkUploader third = new ChunkUploader(clients, run, 3)) {
      committer.initialise();
      CheckpointManifest committed = manifest(first, 0).build();
      committer.commit(committed, List.of(), List.of());
      first.upload("weights", new byte[] {1});
      second.upload("weights", new byte[] {1});
      third.upload("weights", new byte[] {1});

      sweeper(committer, 0).sweepOrphans(Optional.of(committed), 3);

      assertThat(standingChunks())
          .containsExactlyInAnyOrder(
              RecordKeys.checkpointChunk(run, 1, "1", 0),
              RecordKeys.checkpointChunk(run, 3, "1", 0));
    }
  }

  @Test
  void howeverOftenARunWasStartedASweepOfOrphansIsBounded() {
    try (CheckpointCommitter committer = committer();
        ChunkUploader first = new ChunkUploader(clients, run, 1);
        ChunkUploader latest = new ChunkUploader(clients, run, 999)) {
      committer.initialise();
      CheckpointManifest committed = manifest(first, 0).build();
      committer.commit(committed, List.of(), List.of());
      latest.upload("weights", new byte[] {1});
      long before = chunksEnd();

      sweeper(committer, 0).sweepOrphans(Optional.of(committed), 1000);

      assertThat(chunksEnd() - before).as("tombstones and a marker").isLessThanOrEqualTo(9);
      assertThat(standingChunks())
          .containsExactlyInAnyOrder(RecordKeys.checkpointChunk(run, 1, "1", 0));
    }
  }

  @Test
  void aFollowerIsGivenWhatWasAcceptedInOrderAndGoesOnWhereItStood() throws Exception {
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      committer.initialise();
      for (long sequence = 0; sequence < 6; sequence++) {
        committer.commit(
            manifest(uploader, sequence)
                .setVerdict(sequence % 3 == 1 ? Verdict.REJECTED : Verdict.ACCEPTED)
                .build(),
            List.of(),
            List.of());
      }

      assertThat(follow("one", CheckpointFollower.Beginning.OLDEST, 2)).containsExactly(0L, 2L);
      // The one at which it was interrupted is given again.
      assertThat(follow("one", CheckpointFollower.Beginning.OLDEST, 99))
          .containsExactly(2L, 3L, 5L);
      assertThat(follow("one", CheckpointFollower.Beginning.OLDEST, 99)).isEmpty();
      assertThat(follow("two", CheckpointFollower.Beginning.NEWEST, 99)).containsExactly(5L);
    }
  }

  @Test
  void whatAFollowerHasNotBeenGivenDoesNotExpire() throws Exception {
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1)) {
      committer.initialise();
      commit(committer, uploader, 6);
      assertThat(follow("slow", CheckpointFollower.Beginning.OLDEST, 3))
          .containsExactly(0L, 1L, 2L);

      sweeper(committer, 2).sweep(Instant.EPOCH);

      assertThat(manifests())
          .filteredOn(manifest -> !manifest.getExpired())
          .extracting(CheckpointManifest::getSequence)
          .containsExactly(2L, 3L, 4L, 5L);
      assertThat(follow("slow", CheckpointFollower.Beginning.OLDEST, 99))
          .containsExactly(2L, 3L, 4L, 5L);
      // Of what has expired, a new follower is given nothing.
      assertThat(follow("late", CheckpointFollower.Beginning.OLDEST, 1)).containsExactly(2L);
    }
  }

  @Test
  void ofDamagedCheckpointsTheNewestWholeOneIsFoundAndTheOthersAreNamed() {
    try (CheckpointCommitter committer = committer();
        ChunkUploader uploader = new ChunkUploader(clients, run, 1);
        CheckpointReader reader = new CheckpointReader(clients)) {
      committer.initialise();
      commit(committer, uploader, 2);
      CheckpointManifest damaged = manifest(uploader, 2).build();
      damaged.getArtifacts().get(0).setSha256("00");
      committer.commit(damaged, List.of(), List.of());
      List<String> told = new ArrayList<>();

      WholeCheckpoint whole =
          reader
              .newestWhole(
                  reader.list(run),
                  List.of("weights"),
                  damage -> told.add(String.valueOf(damage.getMessage())))
              .orElseThrow();

      assertThat(whole.manifest().getSequence()).isEqualTo(1);
      assertThat(whole.artifact("weights")).isEqualTo(bytes(1));
      assertThat(told).singleElement().asString().contains("weights of " + run + "/2");
    }
  }

  /** Gives a follower at most so many; it is interrupted at the last one. */
  private List<Long> follow(String name, CheckpointFollower.Beginning beginning, int longest)
      throws Exception {
    List<Long> given = new ArrayList<>();
    try (CheckpointFollower follower = new CheckpointFollower(clients, run, name, beginning)) {
      follower.follow(
          manifest -> {
            given.add(manifest.getSequence());
            if (given.size() == longest) {
              throw new InterruptedException();
            }
          },
          true,
          new StopSignal());
    } catch (InterruptedException e) {
      return given;
    }
    return given;
  }

  private void readUntil(CountDownLatch done, AtomicLong read) {
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      while (done.getCount() > 0) {
        Optional<CheckpointManifest> newest = reader.newest(run);
        if (newest.isPresent()) {
          assertThat(reader.read(newest.get(), "weights"))
              .isEqualTo(bytes(newest.get().getSequence()));
          read.incrementAndGet();
        }
      }
    }
  }

  private void commit(CheckpointCommitter committer, ChunkUploader uploader, int checkpoints) {
    for (long sequence = 0; sequence < checkpoints; sequence++) {
      committer.commit(manifest(uploader, sequence).build(), List.of(), List.of());
    }
  }

  private CheckpointManifest.Builder manifest(ChunkUploader uploader, long sequence) {
    Artifact weights = uploader.upload("weights", bytes(sequence));
    return Manifests.of(run, sequence, List.of(weights));
  }

  private static byte[] bytes(long sequence) {
    return ("weights of " + sequence).getBytes(StandardCharsets.UTF_8);
  }

  private List<CheckpointManifest> manifests() {
    try (CheckpointReader reader = new CheckpointReader(clients)) {
      return reader.list(run);
    }
  }

  private CheckpointSweeper sweeper(CheckpointCommitter committer, int keep) {
    return new CheckpointSweeper(clients, run, committer, new ExpiryPolicy(keep, Duration.ZERO));
  }

  private CheckpointCommitter committer() {
    return new CheckpointCommitter(clients, run, TIMEOUT);
  }

  /** Offset after the last record of the topic of chunks: tombstones and markers count. */
  private static long chunksEnd() {
    return CommittedLog.ends(clients::consumer, CHUNKS).values().iterator().next();
  }

  /** Keys of this run's chunks whose newest record is no tombstone: what compaction leaves. */
  private List<String> standingChunks() {
    Map<String, Boolean> standing = new HashMap<>();
    CommittedLog.read(clients::consumer, CHUNKS)
        .forEach(record -> standing.put(record.key(), record.value() != null));
    return standing.entrySet().stream()
        .filter(entry -> entry.getKey().startsWith(run + "/") && entry.getValue())
        .map(Map.Entry::getKey)
        .toList();
  }
}
